// Fan-out: hands every committed event of a room to the streams that follow it, in order.
//
// The hub has a channel for each room that somebody follows. A channel belongs to one of the hub's
// workers and is touched by no other thread. It knows the last sequence number it has handed out
// (its tail): an event that follows the tail is handed out, an older one dropped, and one further
// on makes the channel read the log between. So the hub needs nobody's help to be gapless, and what
// comes over the bus may repeat itself, come late or lose things. A periodic check compares the
// tails with the log's heads, for events that were stored without a hint, and for rooms that were
// deleted without one: a deletion is in no log, and takes the number that a follower waits for.
//
// What comes together leaves together: the events of a commit are encoded once for each room and
// handed to each follower at once, and only when a worker has handed out all that it knows of are
// the streams told to write.
//
// Streams follow a room once they are told that their user is in it. That other nodes have made a
// room, or added members, the hub finds out from the room's events: see Introductions.
//
// Where a tenant's logs have gone back (see model/epoch.h), numbers come again for other events. A
// channel belongs to one epoch. When a check finds another one, or a head below a tail, the
// tenant's channels go, and its users' followers are told: what they have been handed proves
// nothing.
//
// Typing notices are bounded for each room: see TypingLimiter.
//
// Thread-safe.
#ifndef CHATTER_SERVER_LIVE_HUB_H_
#define CHATTER_SERVER_LIVE_HUB_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "common/mutex.h"
#include "server/base/clock.h"
#include "server/bus/bus.h"
#include "server/live/log_pages.h"
#include "server/model/epoch.h"
#include "server/model/room.h"
#include "server/store/epoch_store.h"
#include "server/store/event_reader.h"

namespace chatter::live {

// Where what followers are handed leaves the process.
class Outlet {
 public:
  virtual ~Outlet() = default;
  // Sends what has gathered. Called without any lock.
  virtual void Flush() = 0;
};

// Outlets that have something to send: flushed soon, each as often as it is in here.
using Flushes = std::vector<std::shared_ptr<Outlet>>;

// A follower's own mark of one of its requests to follow a room, which the hub gives back.
using Ticket = uint64_t;

// Follows rooms. The hub calls it from one thread only for each room, without any lock. It adds its
// outlet to `flushes` when there is something to send.
class RoomFollower {
 public:
  virtual ~RoomFollower() = default;
  // The follower is level from the number on that it asked for: OnRoomEvents follows from there.
  virtual void OnLevel(Ticket ticket, Flushes& flushes) = 0;
  // The follower isn't level, and isn't following: the log goes further than it knew. It must read
  // on and ask again.
  virtual void OnBehind(Ticket ticket) = 0;
  // The follower isn't following: others follow the room in another epoch. One of the two is over,
  // and OnEpoch will tell which.
  virtual void OnOtherEpoch() = 0;
  // Runs that follow one another; not empty.
  virtual void OnRoomEvents(Ticket ticket, const std::vector<EncodedRun>& runs,
                            Flushes& flushes) = 0;
  // Something that isn't part of the log, from `user_id`.
  virtual void OnNotice(Ticket ticket, const std::string& user_id, const EncodedEvent& notice,
                        Flushes& flushes) = 0;
};

// Follows what becomes of one user.
class UserFollower {
 public:
  virtual ~UserFollower() = default;
  // The user is in this room, since its event `seq`; perhaps long since. Called from one thread
  // only, without any lock.
  virtual void OnRoomJoined(const RoomId& room, uint64_t seq) = 0;
  // The tenant's logs are in this epoch; perhaps long since. Called from several threads, without
  // any lock.
  virtual void OnEpoch(const Epoch& epoch) = 0;
  // Something that isn't part of a log.
  virtual void OnUserNotice(const EncodedEvent& notice, Flushes& flushes) = 0;
};

class Hub final {
 public:
  using Encoder = LogPages::Encoder;

  // `pages` forget what the events erase, before OnEvents returns. `bus` is told which rooms and
  // users are followed: each when the first follower comes and when the last one goes. All must
  // outlive the hub.
  Hub(int workers, store::EventReader& reader, store::EpochStore& epochs, LogPages& pages,
      bus::Bus& bus, const Clock& clock, Encoder encode);
  // REQUIRES: the reader's database has been stopped. No follower is called once this returns.
  ~Hub();

  // Asks to be handed all events of the room from `next_seq` on, a number of this epoch; OnLevel,
  // OnBehind or OnOtherEpoch answers.
  void Follow(const RoomKey& room, uint64_t next_seq, const Epoch& epoch,
              std::shared_ptr<RoomFollower> follower, Ticket ticket);
  // Ends what was asked for with this ticket. The follower may be called for a moment longer.
  void Unfollow(const RoomKey& room, std::shared_ptr<RoomFollower> follower, Ticket ticket);

  // Runs `task` after all that the hub has been told of the room so far, so that what it adds
  // leaves together with that.
  void RunAfterEvents(const RoomKey& room, absl::AnyInvocable<void(Flushes&)> task);

  void FollowUser(const UserKey& user, std::shared_ptr<UserFollower> follower);
  // The follower may be called for a moment longer.
  void UnfollowUser(const UserKey& user, const std::shared_ptr<UserFollower>& follower);

  // From the bus.
  void OnEvents(bus::Commit rooms);
  void OnNotice(bus::Notice notice);
  void OnUserNotice(bus::UserNotice notice);
  void OnRoomJoined(bus::RoomJoined joined);

  // Compares the tails with the log's heads and reads what is missing, members included. To be
  // called every few seconds, and when the database is back.
  void CheckHeads();

  // How often a tenant's logs were found in another epoch.
  uint64_t epochs_ended() const { return epochs_ended_; }

 private:
  class Shard;
  template <typename Key>
  Shard& ShardOf(const Key& key);
  void OnEpoch(const TenantKey& tenant, const Epoch& epoch);

  const Encoder encode_;
  LogPages& pages_;
  std::atomic<uint64_t> epochs_ended_ = 0;
  Mutex mu_;
  absl::flat_hash_map<TenantKey, Epoch> told_ ABSL_GUARDED_BY(mu_);  // where another has begun
  std::vector<std::unique_ptr<Shard>> shards_;  // the last member: their workers use the others
};

}  // namespace chatter::live

#endif  // CHATTER_SERVER_LIVE_HUB_H_
