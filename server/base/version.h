// Which version of Chatter this is.
#ifndef CHATTER_SERVER_BASE_VERSION_H_
#define CHATTER_SERVER_BASE_VERSION_H_

#include <string_view>

namespace chatter {

// Such as "0.1.0".
std::string_view Version();

}  // namespace chatter

#endif  // CHATTER_SERVER_BASE_VERSION_H_
