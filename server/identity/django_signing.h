// What Django signs: sessions (django.core.signing, from Django 3.1 on) and the hash that ties a
// session to the user's password (django.contrib.auth).
//
// Pure functions. They verify the signature first: until then their input is hostile. Secrets are
// compared in constant time, and nothing is kept or logged.
#ifndef CHATTER_SERVER_IDENTITY_DJANGO_SIGNING_H_
#define CHATTER_SERVER_IDENTITY_DJANGO_SIGNING_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace chatter::identity {

// Django's SECRET_KEY, and behind it its SECRET_KEY_FALLBACKS.
using DjangoSecretKeys = std::vector<std::string>;

// Bounds of the signed text and of what it unpacks to: beyond them nothing is read.
inline constexpr size_t kMaxDjangoSignedBytes = 64 << 10;

struct DjangoSigned {
  std::string json;
  absl::Time signed_at;
};

// Undoes django.core.signing.dumps. nullopt: not signed with any of the keys and this salt, or
// malformed, or too long.
std::optional<DjangoSigned> VerifyDjangoSigned(std::string_view text, std::string_view salt,
                                               const DjangoSecretKeys& keys);

// Who is signed in by a session.
struct DjangoLogin {
  std::string user_key;   // the primary key of the user's row, as text
  std::string auth_hash;  // of the user's password at that time
};

// Reads a session's JSON, whatever else Python has put into it; nullopt: it isn't one, or nobody is
// signed in.
std::optional<DjangoLogin> ReadDjangoLogin(std::string_view json);

// Whether this is the session hash of a user whose password field is `password`.
bool VerifyDjangoAuthHash(std::string_view auth_hash, std::string_view password,
                          const DjangoSecretKeys& keys);

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_DJANGO_SIGNING_H_
