#include "server/identity/jwk_set.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/base64url.h"
#include "server/identity/json_object.h"

namespace chatter::identity {
namespace {

using nlohmann::json;

// The members of a JWK that private keys have and public ones haven't.
constexpr auto kPrivateMembers = std::to_array<const char*>({"d", "p", "q", "dp", "dq", "qi"});

absl::Status Problem(absl::string_view what) { return absl::InvalidArgumentError(what); }

// A member that holds bytes.
absl::StatusOr<std::string> ReadBytes(const json& jwk, const char* name) {
  const std::string* text = FindText(jwk, name);
  if (text == nullptr) return Problem(absl::StrCat("`", name, "` is missing"));
  auto bytes = DecodeBase64Url(*text);
  if (!bytes.has_value()) return Problem(absl::StrCat("`", name, "` isn't base64url"));
  return *std::move(bytes);
}

bool Is(const json& jwk, const char* name, std::string_view wanted) {
  const std::string* text = FindText(jwk, name);
  return text != nullptr && *text == wanted;
}

absl::StatusOr<JwsKey> ReadSecret(const json& jwk, JwkSet::Secrets secrets) {
  if (secrets == JwkSet::Secrets::kRefused) {
    return Problem(
        "a secret (`oct`) isn't accepted here: keep it in a file of the server's jwks-directory, "
        "or sign with a private key");
  }
  const auto secret = ReadBytes(jwk, "k");
  if (!secret.ok()) return secret.status();
  return JwsKey::Hs256(*secret);
}

absl::StatusOr<JwsKey> ReadRsa(const json& jwk) {
  const auto modulus = ReadBytes(jwk, "n");
  if (!modulus.ok()) return modulus.status();
  const auto exponent = ReadBytes(jwk, "e");
  if (!exponent.ok()) return exponent.status();
  return JwsKey::Rs256(*modulus, *exponent);
}

absl::StatusOr<JwsKey> ReadEc(const json& jwk) {
  if (!Is(jwk, "crv", "P-256")) return Problem("`crv` must be `P-256`");
  const auto x = ReadBytes(jwk, "x");
  if (!x.ok()) return x.status();
  const auto y = ReadBytes(jwk, "y");
  if (!y.ok()) return y.status();
  return JwsKey::Es256(*x, *y);
}

absl::StatusOr<JwsKey> ReadOkp(const json& jwk) {
  if (!Is(jwk, "crv", "Ed25519")) return Problem("`crv` must be `Ed25519`");
  const auto x = ReadBytes(jwk, "x");
  if (!x.ok()) return x.status();
  return JwsKey::Ed25519(*x);
}

absl::StatusOr<JwsKey> ReadByType(const json& jwk, JwkSet::Secrets secrets) {
  if (Is(jwk, "kty", "oct")) return ReadSecret(jwk, secrets);
  if (std::any_of(kPrivateMembers.begin(), kPrivateMembers.end(),
                  [&](const char* name) { return jwk.contains(name); })) {
    return Problem("it holds the private half: give the public one only");
  }
  if (Is(jwk, "kty", "RSA")) return ReadRsa(jwk);
  if (Is(jwk, "kty", "EC")) return ReadEc(jwk);
  if (Is(jwk, "kty", "OKP")) return ReadOkp(jwk);
  return Problem("`kty` must be `RSA`, `EC`, `OKP` or `oct`");
}

absl::StatusOr<JwsKey> ReadKey(const json& jwk, JwkSet::Secrets secrets) {
  if (!jwk.is_object()) return Problem("it must be an object");
  if (jwk.contains("use") && !Is(jwk, "use", "sig")) return Problem("`use` must be `sig`");
  absl::StatusOr<JwsKey> key = ReadByType(jwk, secrets);
  if (!key.ok()) return key;
  if (jwk.contains("alg")) {
    const std::string* name = FindText(jwk, "alg");
    if (name == nullptr || ParseJwsAlgorithm(*name) != key->algorithm()) {
      return Problem("`alg` must be that of the key's type: HS256, RS256, ES256 or EdDSA");
    }
  }
  if (jwk.contains("kid")) {
    const std::string* id = FindText(jwk, "kid");
    if (id == nullptr) return Problem("`kid` must be a text");
    key->set_id(*id);
  }
  return key;
}

}  // namespace

absl::StatusOr<JwkSet> JwkSet::Parse(std::string_view text, Secrets secrets) {
  if (text.size() > kMaxJwksBytes) {
    return Problem(absl::StrCat("a key set must have at most ", kMaxJwksBytes, " bytes"));
  }
  const auto object = ParseJsonObject(text);
  if (!object.has_value()) {
    return Problem("a key set must be a JSON object in which no name is repeated");
  }
  const auto keys = object->find("keys");
  if (keys == object->end() || !keys->is_array()) {
    return Problem("a key set must have an array `keys`");
  }
  if (keys->size() > kMaxJwks) {
    return Problem(absl::StrCat("a key set must have at most ", kMaxJwks, " keys"));
  }
  JwkSet set;
  for (size_t i = 0; i < keys->size(); ++i) {
    absl::StatusOr<JwsKey> key = ReadKey((*keys)[i], secrets);
    absl::Status problem = key.status();
    if (key.ok() && key->id().has_value() && set.Find(key->algorithm(), key->id()) != nullptr) {
      problem = Problem("its `kid` must differ from the keys before it");
    }
    if (problem.ok()) {
      set.keys_.push_back(*std::move(key));
    } else {
      set.problems_.push_back(absl::StrCat("keys[", i, "]: ", problem.message()));
    }
  }
  return set;
}

const JwsKey* JwkSet::Find(JwsAlgorithm algorithm, const std::optional<std::string>& id) const {
  const JwsKey* found = nullptr;
  for (const JwsKey& key : keys_) {
    if (key.algorithm() != algorithm || (id.has_value() && key.id() != id)) continue;
    if (found != nullptr) return nullptr;  // which one isn't told
    found = &key;
  }
  return found;
}

}  // namespace chatter::identity
