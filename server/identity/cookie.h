// Finds a cookie in `cookie` headers. The headers are hostile, and so is the value that it finds.
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

// The value of the cookie `name` in these headers (HTTP/2 allows to split one into several), read
// as Django reads it: the last one of several counts, whatever the others are; blanks around it
// don't count; a value in double quotes is unquoted as Python's http.cookies does it. The value may
// be empty, and may have any byte. nullopt: there is no such cookie.
std::optional<std::string> FindCookie(const std::vector<std::string_view>& headers,
                                      std::string_view name);

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_COOKIE_H_
