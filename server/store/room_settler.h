// Settles rooms that have been quiet for a while: writes into a room's row what its last event is.
//
// Storing an event doesn't update the room's row (see
// migrations/tenant/0006_epochs_and_settled_rooms.sql); it only marks a settled one as unsettled.
// Until the room is settled again whoever wants its head looks into its log. So nothing hangs on
// this but how fast lists of many rooms are: rooms are forgotten where there are too many, where
// the database is away or the server ends, and settled after their next event. Thread-safe. The
// database must outlive the settler, and be stopped before it goes.
#ifndef CHATTER_SERVER_STORE_ROOM_SETTLER_H_
#define CHATTER_SERVER_STORE_ROOM_SETTLER_H_

#include <vector>

#include "absl/container/flat_hash_set.h"
#include "common/mutex.h"
#include "server/model/room.h"

namespace chatter::postgres {
class TenantDatabases;
}  // namespace chatter::postgres

namespace chatter::store {

class RoomSettler {
 public:
  // How many rooms with new events it knows between two ticks.
  static constexpr size_t kMaxRooms = 100'000;
  // How many rooms are locked at once, for one transaction.
  static constexpr size_t kMaxRoomsAtOnce = 100;

  explicit RoomSettler(postgres::TenantDatabases& database, size_t max_rooms = kMaxRooms)
      : database_(database), max_rooms_(max_rooms) {}

  // An event has been stored in the room.
  void Note(const RoomKey& room);
  // To be called now and then: begins to settle the rooms in which there were events before the
  // last call, and none since. Rooms that somebody has locked are left out.
  void Tick();

 private:
  void SettleNext();
  void ForgetQuiet();
  // The next rooms of one tenant; none: all are settled.
  std::vector<RoomKey> TakeSome();

  postgres::TenantDatabases& database_;
  const size_t max_rooms_;

  Mutex mu_;
  absl::flat_hash_set<RoomKey> since_ ABSL_GUARDED_BY(mu_);   // noted after the last tick
  absl::flat_hash_set<RoomKey> before_ ABSL_GUARDED_BY(mu_);  // noted between the last two
  std::vector<RoomKey> quiet_ ABSL_GUARDED_BY(mu_);           // to be settled, sorted
  int ticks_ ABSL_GUARDED_BY(mu_) = 0;
  bool settling_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_ROOM_SETTLER_H_
