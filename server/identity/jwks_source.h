// Where the keys of a token issuer are: an address on the web, or a file of the server's.
//
// JwksUriProblem is a pure function. A JwksReader is thread-safe; its Read blocks.
#ifndef CHATTER_SERVER_IDENTITY_JWKS_SOURCE_H_
#define CHATTER_SERVER_IDENTITY_JWKS_SOURCE_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace chatter::identity {

// Returns what a `jwks_uri` must be, to stand behind the field's name; empty: it is right. Takes
// up to 2048 bytes of `https://...` without a user, of `http://...` to this machine, or
// `file:NAME`.
std::string_view JwksUriProblem(std::string_view uri);

// Whether it is a file of the server's, and so may hold secrets.
bool IsJwksFile(std::string_view uri);

// Fetches key sets, as text.
class JwksReader {
 public:
  // `directory`: where files are; empty: there are none.
  explicit JwksReader(std::string directory) : directory_(std::move(directory)) {}

  // Takes up to five seconds. Follows no redirection, takes no more than kMaxJwksBytes.
  // Errors: for the log only; they may name the source, never what it said.
  absl::StatusOr<std::string> Read(const std::string& uri) const;

 private:
  const std::string directory_;
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_JWKS_SOURCE_H_
