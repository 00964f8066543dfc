// Carries a change of a room through: reads what the room is, asks the rule, stores what it says
// and tells the streams.
//
// Where others were quicker, it starts again. Thread-safe. What it is made from must outlive it
// and every change that is not answered yet. Callbacks run on the calling thread (for a request
// that breaks a rule) or on the database's.
#ifndef CHATTER_SERVER_ROOMS_ROOM_CHANGER_H_
#define CHATTER_SERVER_ROOMS_ROOM_CHANGER_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/callback.h"
#include "server/bus/bus.h"
#include "server/model/caller.h"
#include "server/model/errors.h"
#include "server/model/model.h"
#include "server/model/room.h"
#include "server/rooms/room_rules.h"
#include "server/store/room_changes.h"

namespace chatter::rooms {

class RoomChanger {
 public:
  RoomChanger(store::RoomChanges& store, bus::Bus& bus) : store_(store), bus_(bus) {}

  struct Change {
    // Users whom the rule is about; sorted, no repetitions.
    std::vector<std::string> named;
    // Called with what the room is, perhaps more than once.
    std::function<ChangeOrError(const store::RoomState&)> rule;
  };
  // Who was added and removed.
  struct Changed {
    std::vector<std::string> added;
    std::vector<std::string> removed;
  };
  // `violations`: of the request's other fields. REQUIRES: `caller.tenant`. Errors:
  // INVALID_ARGUMENT (INVALID_FIELD), NOT_FOUND (ROOM_NOT_FOUND), the rule's, ABORTED (CONFLICT).
  void Run(const TenantCaller& caller, std::string_view room_id, FieldViolations violations,
           Change change, Callback<Changed> done);

 private:
  struct Attempt;
  void Try(const std::shared_ptr<Attempt>& attempt);
  void Store(const std::shared_ptr<Attempt>& attempt, int64_t version, store::RoomChange change);
  void Publish(const RoomKey& room, std::vector<RoomEvent> events,
               const std::vector<std::string>& added);

  store::RoomChanges& store_;
  bus::Bus& bus_;
};

}  // namespace chatter::rooms

#endif  // CHATTER_SERVER_ROOMS_ROOM_CHANGER_H_
