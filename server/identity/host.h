// Host names as they arrive in `:authority` and `x-forwarded-host`, made comparable.
//
// A pure function; knows nothing of tenants.
#ifndef CHATTER_SERVER_IDENTITY_HOST_H_
#define CHATTER_SERVER_IDENTITY_HOST_H_

#include <optional>
#include <string>
#include <string_view>

namespace chatter::identity {

// The longest host name that DNS allows, in bytes.
inline constexpr size_t kMaxHostBytes = 253;

// The host without its port and without a trailing dot, in lower case: "Acme.Example.:443" gives
// "acme.example". An IPv6 literal keeps its brackets: "[::1]:443" gives "[::1]".
// nullopt: not a host name (empty, too long, a byte that no host name has, a bad port).
std::optional<std::string> NormalizeHost(std::string_view host);

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_HOST_H_
