// Fan-out: hands every committed event of a room to the streams that follow it, in order.
//
// The hub has a channel for each room that somebody follows. A channel belongs to one of the hub's
// workers and is touched by no other thread. It knows the last sequence number it has handed out
// (its tail): an event that follows the tail is handed out, an older one dropped, and one further
// on makes the channel read the log between. So the hub needs nobody's help to be gapless, and what
// comes over the bus may repeat itself, come late or lose things. A periodic check compares the
// tails with the log's heads, for events that were stored without a hint.
//
// Thread-safe.
#ifndef CHATTER_SERVER_CHAT_HUB_H_
#define CHATTER_SERVER_CHAT_HUB_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/bus/bus.h"
#include "server/model/model.h"
#include "server/store/event_reader.h"

namespace chatter::chat {

// Follows one room. The hub calls it from one thread only, without any lock.
class RoomFollower {
 public:
  virtual ~RoomFollower() = default;
  // The follower, who asked to be level from `next_seq` on, is: OnRoomEvent follows from there.
  virtual void OnLevel(uint64_t next_seq) = 0;
  // The follower isn't level, and isn't following: the log goes further than it knew. It must read
  // on and ask again.
  virtual void OnBehind() = 0;
  virtual void OnRoomEvent(uint64_t seq, const EncodedEvent& event) = 0;
  // Something that isn't part of the log, from `user_id`.
  virtual void OnNotice(const std::string& user_id, const EncodedEvent& notice) = 0;
};

// Follows what becomes of one user.
class UserFollower {
 public:
  virtual ~UserFollower() = default;
  // The user is in this room; perhaps long since. Called from one thread only, without any lock.
  virtual void OnRoomJoined(const RoomId& room) = 0;
};

class Hub final : public bus::Listener {
 public:
  using Encoder = std::function<EncodedEvent(const RoomEvent&)>;

  // The reader must outlive the hub.
  Hub(int workers, store::EventReader& reader, Encoder encode);
  // REQUIRES: the reader's database has been stopped. No follower is called once this returns.
  ~Hub() override;

  // Asks to be handed all events of the room from `next_seq` on; OnLevel or OnBehind answers.
  void Follow(const RoomKey& room, uint64_t next_seq, std::shared_ptr<RoomFollower> follower);
  // The follower may be called for a moment longer.
  void Unfollow(const RoomKey& room, std::shared_ptr<RoomFollower> follower);

  void FollowUser(const UserKey& user, std::shared_ptr<UserFollower> follower);
  void UnfollowUser(const UserKey& user, std::shared_ptr<UserFollower> follower);

  // From the bus.
  void OnEvents(std::vector<CommittedEvent> events) override;
  void OnNotice(bus::Notice notice) override;
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
