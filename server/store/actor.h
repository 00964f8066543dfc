#ifndef CHATTER_SERVER_STORE_ACTOR_H_
#define CHATTER_SERVER_STORE_ACTOR_H_

#include <string>

namespace chatter::store {

// Who does something, for the event that says so: see RoomEvent.
struct Actor {
  std::string user_id;
  std::string service = {};
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_ACTOR_H_
