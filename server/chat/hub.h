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
// Typing notices are bounded for each room: see TypingLimiter.
//
// Thread-safe.
#ifndef CHATTER_SERVER_CHAT_HUB_H_
#define CHATTER_SERVER_CHAT_HUB_H_

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "server/base/clock.h"
#include "server/bus/bus.h"
#include "server/model/room.h"
#include "server/store/event_reader.h"

namespace chatter::chat {

// Where what followers are handed leaves the process.
class Outlet {
 public:
  virtual ~Outlet() = default;
  // Sends what has gathered. Called without any lock.
  virtual void Flush() = 0;
};

// Outlets that have something to send: flushed soon, each as often as it is in here.
using Flushes = std::vector<std::shared_ptr<Outlet>>;

// Follows one room. The hub calls it from one thread only, without any lock. It adds its outlet to
// `flushes` when there is something to send.
class RoomFollower {
 public:
  virtual ~RoomFollower() = default;
  // The follower, who asked to be level from `next_seq` on, is: OnRoomEvents follows from there.
  virtual void OnLevel(uint64_t next_seq, Flushes& flushes) = 0;
  // The follower isn't level, and isn't following: the log goes further than it knew. It must read
  // on and ask again.
  virtual void OnBehind() = 0;
  // Runs that follow one another; not empty.
  virtual void OnRoomEvents(const std::vector<EncodedRun>& runs, Flushes& flushes) = 0;
  // Something that isn't part of the log, from `user_id`.
  virtual void OnNotice(const std::string& user_id, const EncodedEvent& notice,
                        Flushes& flushes) = 0;
};

// Follows what becomes of one user.
class UserFollower {
 public:
  virtual ~UserFollower() = default;
  // The user is in this room, since its event `seq`; perhaps long since. Called from one thread
  // only, without any lock.
  virtual void OnRoomJoined(const RoomId& room, uint64_t seq) = 0;
  // Something that isn't part of a log.
  virtual void OnUserNotice(const EncodedEvent& notice, Flushes& flushes) = 0;
};

class Hub final : public bus::Listener {
 public:
  // Of events that follow one another.
  using Encoder = std::function<std::vector<EncodedRun>(std::span<const RoomEvent>)>;

  // The reader and the clock must outlive the hub.
  Hub(int workers, store::EventReader& reader, const Clock& clock, Encoder encode);
  // REQUIRES: the reader's database has been stopped. No follower is called once this returns.
  ~Hub() override;

  // Asks to be handed all events of the room from `next_seq` on; OnLevel or OnBehind answers.
  void Follow(const RoomKey& room, uint64_t next_seq, std::shared_ptr<RoomFollower> follower);
  // The follower may be called for a moment longer.
  void Unfollow(const RoomKey& room, std::shared_ptr<RoomFollower> follower);

  // Runs `task` after all that the hub has been told of the room so far, so that what it adds
  // leaves together with that.
  void RunAfterEvents(const RoomKey& room, absl::AnyInvocable<void(Flushes&)> task);

  void FollowUser(const UserKey& user, std::shared_ptr<UserFollower> follower);
  // The follower may be called for a moment longer.
  void UnfollowUser(const UserKey& user, const std::shared_ptr<UserFollower>& follower);

  // From the bus.
  void OnEvents(std::vector<CommittedEvents> rooms) override;
  void OnNotice(bus::Notice notice) override;
  void OnUserNotice(bus::UserNotice notice) override;
  void OnRoomJoined(bus::RoomJoined joined) override;

  // Compares the tails with the log's heads and reads what is missing. To be called every few
  // seconds.
  void CheckHeads();

 private:
  class Shard;
  template <typename Key>
  Shard& ShardOf(const Key& key);

  const Encoder encode_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace chatter::chat

#endif  // CHATTER_SERVER_CHAT_HUB_H_
