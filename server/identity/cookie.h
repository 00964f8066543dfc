// Finds a cookie in `cookie` headers, which are hostile until checked.
//
// A pure function; knows nothing of sessions.
#ifndef CHATTER_SERVER_IDENTITY_COOKIE_H_
#define CHATTER_SERVER_IDENTITY_COOKIE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace chatter::identity {

// What browsers keep of one cookie, in bytes.
inline constexpr size_t kMaxCookieBytes = 4096;

// Whether this can be a cookie's name: 1 to 128 bytes of RFC 6265's "token".
bool IsCookieName(std::string_view name);

// The value of the cookie `name` in these headers (HTTP/2 allows to split one into several), as
// Django reads it: of several the last, whatever the others are; blanks around it don't count, and
// a value in double quotes is unquoted as Python's http.cookies does it. nullopt: there is none.
// Errors: UNAUTHENTICATED (CREDENTIAL_INVALID) for a value that then is empty, longer than
// kMaxCookieBytes or has a byte that no cookie's value may have. Other cookies may be anything.
absl::StatusOr<std::optional<std::string>> FindCookie(const std::vector<std::string_view>& headers,
                                                      std::string_view name);

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_COOKIE_H_
