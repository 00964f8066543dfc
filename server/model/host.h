// Host names as they arrive in `:authority` and `x-forwarded-host`, and the domains that tenants
// have, made comparable.
//
// Pure functions; they know nothing of tenants. Names with letters beyond ASCII follow UTS #46
// (nontransitional, STD3 rules), as browsers do.
#ifndef CHATTER_SERVER_MODEL_HOST_H_
#define CHATTER_SERVER_MODEL_HOST_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatter {

// The longest host name that DNS allows, in bytes.
inline constexpr size_t kMaxHostBytes = 253;

// The host without its port and without a trailing dot, in lower case and in ASCII:
// "Acme.Example.:443" gives "acme.example", and "MÜNCHEN.example" gives "xn--mnchen-3ya.example".
// What gRPC clients have written in per cent (%C3%BC for ü) is understood. An IPv6 literal keeps
// its brackets and gets its shortest form: "[0:0:0:0:0:0:0:1]:443" gives "[::1]". nullopt: not a
// host name (empty, too long, a byte that no host name has, a bad port).
std::optional<std::string> NormalizeHost(std::string_view host);

// The same for a name alone: no port, no IPv6 literal, nothing in per cent.
std::optional<std::string> NormalizeDomain(std::string_view domain);

// As which a directory may have the domain that a host leads to, the best match first: the host
// itself, then the host without a leading "www."; each in ASCII, then in Unicode where that
// differs. `host` is what NormalizeHost has given.
std::vector<std::string> DomainSpellings(const std::string& host);

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_HOST_H_
