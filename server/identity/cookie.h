// Finds a cookie in `cookie` headers, which are hostile, and so is what is found.
//
// A pure function; knows nothing of sessions.
#ifndef CHATTER_SERVER_IDENTITY_COOKIE_H_
#define CHATTER_SERVER_IDENTITY_COOKIE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatter::identity {

// Whether this can be a cookie's name: 1 to 128 bytes of RFC 6265's "token".
bool IsCookieName(std::string_view name);

// The value of the cookie `name` in these headers (HTTP/2 allows to split one into several), as
// Django reads it: of several the last, whatever the others are; blanks around it don't count, and
// a value in double quotes is unquoted as Python's http.cookies does it. It may be empty, and have
// any byte. nullopt: there is none.
std::optional<std::string> FindCookie(const std::vector<std::string_view>& headers,
                                      std::string_view name);

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_COOKIE_H_
