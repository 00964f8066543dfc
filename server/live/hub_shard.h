// One worker of the hub, and the channels that belong to it: see hub.h.
//
// Thread-safe; private methods run on the worker only, but for those that look for a user's
// followers. hub_shard.cc has what followers are handed, hub_shard_log.cc what is read of the log.
#ifndef CHATTER_SERVER_LIVE_HUB_SHARD_H_
#define CHATTER_SERVER_LIVE_HUB_SHARD_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/any_invocable.h"
#include "common/mutex.h"
#include "server/base/clock.h"
#include "server/base/worker.h"
#include "server/bus/bus.h"
#include "server/live/hub.h"
#include "server/live/introductions.h"
#include "server/live/log_pages.h"
#include "server/live/typing_limiter.h"
#include "server/model/epoch.h"
#include "server/model/room.h"
#include "server/store/epoch_store.h"
#include "server/store/event_reader.h"

namespace chatter::live {

class Hub::Shard {
 public:
  // `announce` tells a user's followers of a room that the user is in.
  using Announcer = std::function<void(const UserKey&, const RoomId&, uint64_t seq)>;
  // Tells all shards in which epoch a tenant's logs are.
  using EpochTeller = std::function<void(const TenantKey&, const Epoch&)>;

  Shard(store::EventReader& reader, store::EpochStore& epochs, LogPages& pages, bus::Bus& bus,
        const Clock& clock, const Encoder& encode, Announcer announce, EpochTeller tell_epoch);

  void Follow(const RoomKey& room, uint64_t next_seq, const Epoch& epoch,
              std::shared_ptr<RoomFollower> follower, Ticket ticket);
  void Unfollow(const RoomKey& room, std::shared_ptr<RoomFollower> follower, Ticket ticket);
  void FollowUser(const UserKey& user, std::shared_ptr<UserFollower> follower);
  void UnfollowUser(const UserKey& user, const std::shared_ptr<UserFollower>& follower);
  void RunAfterEvents(absl::AnyInvocable<void(Flushes&)> task);

  void Events(bus::Commit rooms);
  void Notify(bus::Notice notice);
  // All who were in the room by its event `seq` are being told of it.
  void Told(const RoomKey& room, uint64_t seq);
  // These wake nobody for a user whom nobody follows, as for most calls of CreateRoom.
  void Announce(const UserKey& user, const RoomId& room, uint64_t seq);
  void NotifyUser(bus::UserNotice notice);

  // The tenant's logs are in this epoch.
  void Enter(const TenantKey& tenant, const Epoch& epoch);
  void CheckHeads();

 private:
  using Heads = store::EventReader::Heads;
  using JoinedAfter = store::EventReader::JoinedAfter;

  struct Following {
    std::shared_ptr<RoomFollower> follower;
    Ticket ticket;
    uint64_t next_seq;
  };
  struct Channel {
    Epoch epoch;              // whose numbers these are
    uint64_t tail = 0;        // the last sequence number handed out
    uint64_t known_head = 0;  // the log goes at least this far
    bool reading = false;     // the log is being read from `tail` on
    std::vector<Following> followers;
    TypingLimiter typing;
  };
  using Channels = absl::flat_hash_map<RoomKey, Channel>;
  struct Place {
    RoomId room;
    Epoch epoch;
    uint64_t tail = 0;
  };

  template <typename Task>
  void ForFollowers(const UserKey& user, Task task);
  std::vector<std::shared_ptr<UserFollower>> FollowersIn(const TenantKey& tenant);
  void DoFollow(const RoomKey& key, const Epoch& epoch, const Following& asked);
  // Hands out the events that follow the tail, and learns of the others. `events` are in order.
  void Take(const RoomKey& key, Channel& channel, std::vector<RoomEvent> events);
  // REQUIRES: `events` follow the tail.
  void HandOut(Channel& channel, std::span<const RoomEvent> events);
  // The room is deleted. Each follower gets that as the event that it waits for: if others were
  // missing before it, nobody can read them any more.
  void End(Channels::iterator channel, RoomEvent deleted);
  void Close(Channels::iterator channel);
  void FlushAll();

  // The log goes as far as `head`; reads what the channel doesn't have.
  void LearnHead(const RoomKey& key, Channel& channel, uint64_t head);
  void TakeFromLog(const RoomKey& key, absl::StatusOr<store::EventReader::EventPage> page);
  void CheckSoon(const RoomKey& room);
  void CheckNewChannels();
  void ReadHeads(const TenantKey& tenant, const std::vector<RoomId>& rooms);
  // How far those of the rooms that are followed have been handed out.
  std::vector<Place> PlacesOf(const TenantKey& tenant, const std::vector<RoomId>& rooms) const;
  void EndCheck(const TenantKey& tenant);
  // Those rooms that have no head have been deleted.
  void LearnHeads(const TenantKey& tenant, const std::vector<Place>& asked, const Heads& heads);
  // Ends the channels of rooms that another node has deleted: first finds out who did it.
  void EndGone(const TenantKey& tenant, const std::vector<RoomId>& rooms);
  void EndDeleted(const TenantKey& tenant, const std::vector<RoomId>& rooms,
                  const std::vector<RoomEvent>& deletions);
  // Whether the logs are in another epoch than that of the channels, or must be: they don't go as
  // far as the channels did when they were asked. Then says so to all.
  bool HaveGoneBack(const TenantKey& tenant, const std::vector<Place>& asked,
                    const store::FoundEpoch& found, const std::map<RoomId, uint64_t>& heads);
  void Introduce(const RoomKey& room, const std::vector<RoomEvent>& events, bool from_log);
  void LookUpMembers();
  void OnNotFound(const absl::Status& error, const TenantKey& tenant,
                  const std::vector<JoinedAfter>& places);

  store::EventReader& reader_;
  store::EpochStore& epochs_;
  LogPages& pages_;
  bus::Bus& bus_;
  const Clock& clock_;
  const Encoder& encode_;
  const Announcer announce_;
  const EpochTeller tell_epoch_;

  Mutex users_mu_;
  absl::flat_hash_map<UserKey, std::vector<std::shared_ptr<UserFollower>>> users_
      ABSL_GUARDED_BY(users_mu_);

  // The worker alone touches these.
  Channels channels_;
  std::map<TenantKey, std::vector<RoomId>> unchecked_;  // channels that are new
  bool check_posted_ = false;
  absl::flat_hash_set<TenantKey> unjudged_;  // where followers have come of no known epoch
  absl::flat_hash_map<TenantKey, int> checks_under_way_;
  Introductions introductions_;
  bool look_up_posted_ = false;
  Flushes flushes_;

  Worker worker_{[this] { FlushAll(); }};  // the last member: its closures use the others
};

}  // namespace chatter::live

#endif  // CHATTER_SERVER_LIVE_HUB_SHARD_H_
