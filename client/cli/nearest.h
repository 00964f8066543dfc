// Which of some names a mistyped one was perhaps meant to be.
#ifndef CHATTER_CLIENT_CLI_NEAREST_H_
#define CHATTER_CLIENT_CLI_NEAREST_H_

#include <string>
#include <string_view>
#include <vector>

namespace chatter::client::cli {

// The name from which the fewest mistakes lead to `typed`; empty: none is near. A mistake is a
// letter too many, too few or another one, or two in the wrong order; one in three letters may be
// wrong. The beginning of a name counts as near, too. Thread-safe.
std::string Nearest(std::string_view typed, const std::vector<std::string>& names);

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_NEAREST_H_
