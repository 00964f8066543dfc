#include "server/base/version.h"

namespace chatter {

std::string_view Version() { return CHATTER_VERSION; }

}  // namespace chatter
