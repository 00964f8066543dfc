// Who does something, for the event that says so: see RoomEvent.
#ifndef CHATTER_SERVER_STORE_ACTOR_H_
#define CHATTER_SERVER_STORE_ACTOR_H_

#include <string>

#include "server/model/caller.h"

namespace chatter::store {

struct Actor {
  Asker asker;
  // The service account that acted, for itself or for the user; empty: the user did.
  std::string service = {};

  static Actor Of(const TenantCaller& caller) { return {caller.asker(), caller.service()}; }
  // What the event says: empty: a service.
  const std::string& user_id() const { return asker.user_id(); }
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_ACTOR_H_
