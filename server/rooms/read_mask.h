// What callers want to know of a room.
//
// Pure.
#ifndef CHATTER_SERVER_ROOMS_READ_MASK_H_
#define CHATTER_SERVER_ROOMS_READ_MASK_H_

#include <string>
#include <vector>

#include "server/model/errors.h"
#include "server/model/room.h"

namespace chatter::rooms {

// `paths`: the names of fields of chatter.v1.Room; empty: all of them. Adds a violation for each
// that is no such name.
RoomFields ParseReadMask(const std::vector<std::string>& paths, FieldViolations& violations);

}  // namespace chatter::rooms

#endif  // CHATTER_SERVER_ROOMS_READ_MASK_H_
