// What a room is called when it is shown to somebody.
//
// After Django-Chatter's view of a room. Pure.
#ifndef CHATTER_SERVER_MODEL_DISPLAY_NAME_H_
#define CHATTER_SERVER_MODEL_DISPLAY_NAME_H_

#include <string>

#include "server/model/room.h"

namespace chatter {

std::string DisplayNameOf(const Room& room);

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_DISPLAY_NAME_H_
