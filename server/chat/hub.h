// Fan-out: hands every committed event of a room to the streams that follow it, in order.
//
// The hub has a channel for each room that somebody follows. A channel belongs to one of the hub's
// workers and is touched by no other thread. It knows the last sequence number it has handed out
// (its tail): an event that follows the tail is handed out, an older one dropped, and one further on
// makes the channel read the log between. So the hub needs nobody's help to be gapless, and what
// publishes to it may repeat itself, come late or lose things. A periodic check compares the tails
// with the log's heads, for events that were stored without anybody publishing them here.
//
// Thread-safe.
#ifndef CHATTER_SERVER_CHAT_HUB_H_
#define CHATTER_SERVER_CHAT_HUB_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/model/model.h"
#include "server/store/event_reader.h"
#include "server/store/event_writer.h"

namespace chatter::chat {

// Bytes as they go on the wire, shared by all streams that they go to.
using EncodedEvent = std::shared_ptr<const std::string>;

// Follows rooms. The hub calls it from its workers' threads, for each room from one thread only.
class RoomFollower {
 public:
  virtual ~RoomFollower() = default;
  // The follower, who asked to be level from `next_seq` on, is; OnRoomEvent follows from there.
  virtual void OnLevel(const RoomId& room, uint64_t next_seq) = 0;
  // The follower isn't level: the log goes further than it knew. It must read on and ask again.
  virtual void OnBehind(const RoomId& room) = 0;
  virtual void OnRoomEvent(const RoomId& room, uint64_t seq, const EncodedEvent& event) = 0;
  // Something that isn't part of the log, from `user_id`.
  virtual void OnNotice(const RoomId& room, const std::string& user_id,
                        const EncodedEvent& notice) = 0;
};

// Follows what becomes of one user: hears of rooms that the user is new in.
class UserFollower {
 public:
  virtual ~UserFollower() = default;
  // May be called again for a room that is known. Called from a worker's thread.
  virtual void OnRoomJoined(const RoomId& room) = 0;
};

class Hub {
 public:
  struct Options {
    int workers = 1;
  };
  using Encoder = std::function<EncodedEvent(const RoomEvent&)>;

  Hub(Options options, store::EventReader& reader, Encoder encode);
  // No follower is called any more once this returns.
  ~Hub();

  // Asks to be handed all events of the room from `next_seq` on; OnLevel or OnBehind answers.
  void Follow(const RoomKey& room, uint64_t next_seq, std::shared_ptr<RoomFollower> follower);
  void Unfollow(const RoomKey& room, std::shared_ptr<RoomFollower> follower);

  void FollowUser(const UserKey& user, std::shared_ptr<UserFollower> follower);
  void UnfollowUser(const UserKey& user, std::shared_ptr<UserFollower> follower);

  void Publish(std::vector<store::CommittedEvent> events);
  // To all followers that are level.
  void Notify(const RoomKey& room, const std::string& user_id, EncodedEvent notice);
  void AnnounceRoom(const SchemaName& tenant, const RoomId& room,
                    const std::vector<std::string>& user_ids);

  // Compares the tails with the log's heads and reads what is missing. Called every few seconds.
  void CheckHeads();

 private:
  class Shard;
  Shard& ShardOf(const RoomKey& room);
  Shard& ShardOf(const UserKey& user);

  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace chatter::chat

#endif  // CHATTER_SERVER_CHAT_HUB_H_
