// Which rooms' members have been told of their rooms by this node, as far as it can know.
//
// A node hears of the rooms that it makes and the members that it adds itself. Until nodes share a
// bus it hears of no other's: their streams here would never follow such a room, not even when its
// events go through this node. So whoever handles a room's events says so here, and the members are
// looked up once, when a room comes up that this node hasn't made, and again when the log holds
// what this node hasn't handled: there, another may have added members.
//
// Pure bookkeeping, bounded: a room that is forgotten is looked up again. Not thread-safe.
#ifndef CHATTER_SERVER_LIVE_INTRODUCTIONS_H_
#define CHATTER_SERVER_LIVE_INTRODUCTIONS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/steady_time.h"
#include "server/model/room.h"
#include "server/store/event_reader.h"

namespace chatter::live {

class Introductions {
 public:
  // A room that several nodes write to is looked up no sooner than this after the last time.
  static constexpr absl::Duration kPause = absl::Seconds(5);

  // Up to twice `max_rooms` are remembered.
  explicit Introductions(size_t max_rooms = 50'000) : max_rooms_(max_rooms) {}

  // All who were in the room by its event `seq` have been told.
  void OnTold(const RoomKey& room, uint64_t seq);

  // These events of the room, in order, have been handled. `from_log`: they have been read there,
  // and nobody else tells of the members that they bring.
  void OnEvents(const RoomKey& room, std::span<const RoomEvent> events, bool from_log,
                SteadyTime now);

  // Those who have joined after this event couldn't be looked up: to be tried again after a pause.
  void OnFailed(const RoomKey& room, uint64_t after_seq);

  // The tenant's logs have gone back: what was known of its rooms is void.
  void Forget(const TenantKey& tenant);

  // What is to be looked up by now. Counts as told.
  using Lookups = absl::flat_hash_map<TenantKey, std::vector<store::EventReader::JoinedAfter>>;
  Lookups TakeDue() { return std::exchange(due_, {}); }
  // Makes due what had to wait.
  void EndPauses(SteadyTime now);

  bool has_due() const { return !due_.empty(); }

 private:
  struct Room {
    uint64_t told_seq = 0;  // all who were in the room by then have been told
    uint64_t head_seq = 0;  // the last event that was handled
    SteadyTime looked_up = SteadyTime::InfinitePast();
    bool waits = false;  // for a pause to end
  };
  using Rooms = absl::flat_hash_map<RoomKey, Room>;

  Room* Find(const RoomKey& room);
  Room& Add(const RoomKey& room);
  void LookUp(const RoomKey& key, Room& room, SteadyTime now);

  const size_t max_rooms_;
  Rooms rooms_;
  Rooms older_;  // used before there were too many of the others
  std::vector<RoomKey> waiting_;
  Lookups due_;
};

}  // namespace chatter::live

#endif  // CHATTER_SERVER_LIVE_INTRODUCTIONS_H_
