// Cookies and sessions of strangers. The first byte says what the rest is:
//   'c'  a `cookie` header, whose session cookie is then taken for a signed one: never is;
//   's'  what somebody who knows the key has signed, decoded or not;
//   'j'  the JSON of a session, packed as Django packs it: must come out as it went in.
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "server/base/crypto.h"
#include "server/identity/cookie.h"
#include "server/identity/django_signing.h"
#include "server/identity/python_json.h"

namespace {

using namespace chatter::identity;

constexpr char kSalt[] = "django.contrib.sessions.SessionStore";
constexpr char kKey[] = "a key that no input has";

void Require(bool condition) {
  if (!condition) std::abort();
}

std::string Base64(std::string_view data) {
  return absl::WebSafeBase64Escape(absl::string_view(data.data(), data.size()));
}

// As django.core.signing.Signer.
std::string Sign(const std::string& value) {
  const chatter::Sha256Digest key = chatter::Sha256(std::string(kSalt) + "signer" + kKey);
  chatter::Sha256Digest digest;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(value.data()), value.size(), digest.data(), nullptr);
  return value + ":" + Base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string Compress(std::string_view data) {
  uLongf size = compressBound(data.size());
  std::string out(size, '\0');
  Require(compress(reinterpret_cast<Bytef*>(out.data()), &size,
                   reinterpret_cast<const Bytef*>(data.data()), data.size()) == Z_OK);
  out.resize(size);
  return out;
}

void TryCookie(std::string_view header) {
  const auto cookie = FindCookie({header}, "sessionid");
  if (!cookie.has_value()) return;
  Require(cookie->size() <= header.size());
  Require(!VerifyDjangoSigned(*cookie, kSalt, {kKey}).has_value());
}

void TrySigned(const std::string& value) {
  const auto session = VerifyDjangoSigned(Sign(value), kSalt, {kKey});
  if (!session.has_value()) return;
  Require(session->json.size() <= kMaxDjangoSignedBytes);
  const auto login = ReadDjangoLogin(session->json);
  if (!login.has_value()) return;
  Require(!login->user_key.empty() && login->user_key.size() <= 128);
  Require(login->user_key.find('\0') == std::string::npos);
}

void TryJson(std::string_view json) {
  const auto session =
      VerifyDjangoSigned(Sign("." + Base64(Compress(json)) + ":1r31eq"), kSalt, {kKey});
  Require(session.has_value() && session->json == json);
  // What is JSON to others is the same JSON to us.
  const auto strict = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (strict.is_object()) Require(ParsePythonObject(json) == strict);
  const auto login = ReadDjangoLogin(json);
  if (login.has_value()) Require(!VerifyDjangoAuthHash(login->auth_hash, "password", {kKey}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'c':
      TryCookie(rest);
      break;
    case 's':
      TrySigned(std::string(rest));
      break;
    case 'j':
      TryJson(rest);
      break;
    default:
      break;
  }
  return 0;
}
