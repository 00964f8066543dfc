// The options of what a room has: its name, its topic and so on.
#ifndef CHATTER_CLIENT_CLI_ROOM_OPTIONS_H_
#define CHATTER_CLIENT_CLI_ROOM_OPTIONS_H_

#include <string>
#include <utility>
#include <vector>

#include "chatter/v1/room.pb.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace chatter::client::cli {

// Each option, with the path of what it sets in an UpdateRoomRequest.
using RoomOptions = std::vector<std::pair<CLI::Option*, const char*>>;

// REQUIRES: `profile` outlives `app`.
RoomOptions AddProfileOptions(CLI::App& app, v1::RoomProfile& profile);

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_ROOM_OPTIONS_H_
