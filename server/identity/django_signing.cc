#include "server/identity/django_signing.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/base/crypto.h"
#include "server/identity/json_object.h"
#include "server/identity/python_json.h"

namespace chatter::identity {
namespace {

constexpr char kAuthHashSalt[] =
    "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash";
constexpr size_t kMaxUserKeyBytes = 600;   // the key may be a name
constexpr size_t kMaxTimestampDigits = 8;  // beyond the year 6,900,000

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

// django.utils.crypto.salted_hmac, with SHA-256.
Sha256Digest SaltedHmac(std::string_view salt, std::string_view value, std::string_view secret) {
  const Sha256Digest key = Sha256(absl::StrCat(View(salt), View(secret)));
  Sha256Digest digest;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(value.data()), value.size(), digest.data(),
           nullptr) == nullptr) {
    std::abort();
  }
  return digest;
}

// How long they are is no secret.
bool ConstantTimeTextEquals(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool IsSignature(std::string_view signature, std::string_view salt, std::string_view value,
                 std::string_view key) {
  const Sha256Digest digest = SaltedHmac(absl::StrCat(View(salt), "signer"), value, key);
  return ConstantTimeTextEquals(signature,
                                absl::WebSafeBase64Escape(absl::string_view(
                                    reinterpret_cast<const char*>(digest.data()), digest.size())));
}

std::optional<absl::Time> ParseTimestamp(std::string_view digits) {
  constexpr std::string_view kBase62 =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  if (digits.empty() || digits.size() > kMaxTimestampDigits) return std::nullopt;
  int64_t seconds = 0;
  for (const char c : digits) {
    const size_t digit = kBase62.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    seconds = seconds * 62 + static_cast<int64_t>(digit);
  }
  return absl::FromUnixSeconds(seconds);
}

// Never more than kMaxDjangoSignedBytes, whatever the data would make of themselves.
std::optional<std::string> Decompress(std::string_view data) {
  std::string out(kMaxDjangoSignedBytes, '\0');
  uLongf size = out.size();
  uLong used = data.size();
  if (uncompress2(reinterpret_cast<Bytef*>(out.data()), &size,
                  reinterpret_cast<const Bytef*>(data.data()), &used) != Z_OK ||
      used != data.size()) {
    return std::nullopt;
  }
  out.resize(size);
  return out;
}

std::optional<std::string> Decode(std::string_view payload) {
  const bool compressed = payload.starts_with('.');
  if (compressed) payload.remove_prefix(1);
  std::string data;
  if (!absl::WebSafeBase64Unescape(View(payload), &data)) return std::nullopt;
  if (!compressed) return data;
  return Decompress(data);
}

// The text in front of the last colon; takes it and the colon away from `text`.
std::optional<std::string_view> TakeLastPart(std::string_view& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view part = text.substr(colon + 1);
  text = text.substr(0, colon);
  return part;
}

}  // namespace

std::optional<DjangoSigned> VerifyDjangoSigned(std::string_view text, std::string_view salt,
                                               const DjangoSecretKeys& keys) {
  if (text.size() > kMaxDjangoSignedBytes) return std::nullopt;
  const std::optional<std::string_view> signature = TakeLastPart(text);
  if (!signature.has_value() || std::none_of(keys.begin(), keys.end(), [&](const std::string& key) {
        return IsSignature(*signature, salt, text, key);
      })) {
    return std::nullopt;
  }
  const std::optional<std::string_view> timestamp = TakeLastPart(text);
  if (!timestamp.has_value()) return std::nullopt;
  const std::optional<absl::Time> signed_at = ParseTimestamp(*timestamp);
  std::optional<std::string> json = Decode(text);
  if (!signed_at.has_value() || !json.has_value()) return std::nullopt;
  return DjangoSigned{.json = *std::move(json), .signed_at = *signed_at};
}

std::optional<DjangoLogin> ReadDjangoLogin(std::string_view json) {
  const auto session = ParsePythonObject(json);
  if (!session.has_value()) return std::nullopt;
  const std::string* user_key = FindText(*session, "_auth_user_id");
  const std::string* auth_hash = FindText(*session, "_auth_user_hash");
  if (user_key == nullptr || user_key->empty() || user_key->size() > kMaxUserKeyBytes ||
      user_key->find('\0') != std::string::npos || auth_hash == nullptr || auth_hash->empty()) {
    return std::nullopt;
  }
  return DjangoLogin{.user_key = *user_key, .auth_hash = *auth_hash};
}

bool VerifyDjangoAuthHash(std::string_view auth_hash, std::string_view password,
                          const DjangoSecretKeys& keys) {
  return std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
    return ConstantTimeTextEquals(auth_hash, ToHex(SaltedHmac(kAuthHashSalt, password, key)));
  });
}

}  // namespace chatter::identity
