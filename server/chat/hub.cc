#include "server/chat/hub.h"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "absl/time/clock.h"
#include "server/base/mutex.h"
#include "server/base/worker.h"
#include "server/chat/typing_limiter.h"

namespace chatter::chat {
namespace {

constexpr int kGapPage = 500;  // events
constexpr absl::Duration kReadTimeout = absl::Seconds(10);

struct Following {
  std::shared_ptr<RoomFollower> follower;
  uint64_t next_seq;
};

struct Channel {
  uint64_t tail = 0;        // the last sequence number handed out
  uint64_t known_head = 0;  // the log goes at least this far
  bool reading = false;     // the log is being read from `tail` on
  std::vector<Following> followers;
  TypingLimiter typing;
};

}  // namespace

// One worker and the channels that belong to it. Private methods run on the worker only.
class Hub::Shard {
 public:
  Shard(store::EventReader& reader, const Clock& clock, const Encoder& encode)
      : reader_(reader), clock_(clock), encode_(encode) {}

  void Follow(const RoomKey& room, uint64_t next_seq, std::shared_ptr<RoomFollower> follower) {
    worker_.Post([this, room, next_seq, follower = std::move(follower)] {
      DoFollow(room, next_seq, follower);
    });
  }

  void Unfollow(const RoomKey& room, std::shared_ptr<RoomFollower> follower) {
    worker_.Post([this, room, follower = std::move(follower)] {
      const auto found = channels_.find(room);
      if (found == channels_.end()) return;
      std::erase_if(found->second.followers,
                    [&](const Following& other) { return other.follower == follower; });
      if (found->second.followers.empty()) channels_.erase(found);
    });
  }

  void FollowUser(const UserKey& user, std::shared_ptr<UserFollower> follower) {
    MutexLock lock(users_mu_);
    users_[user].push_back(std::move(follower));
  }

  void UnfollowUser(const UserKey& user, const std::shared_ptr<UserFollower>& follower) {
    MutexLock lock(users_mu_);
    const auto found = users_.find(user);
    if (found == users_.end()) return;
    std::erase(found->second, follower);
    if (found->second.empty()) users_.erase(found);
  }

  void Events(std::vector<CommittedEvents> rooms) {
    worker_.Post([this, rooms = std::move(rooms)]() mutable {
      for (auto& [room, events] : rooms) {
        const auto found = channels_.find(room);
        if (found == channels_.end()) continue;
        if (std::holds_alternative<v1::RoomDeleted>(events.back().what)) {
          End(found, std::move(events.back()));
        } else {
          Take(room, found->second, std::move(events));
        }
      }
    });
  }

  void RunAfterEvents(absl::AnyInvocable<void(Flushes&)> task) {
    worker_.Post([this, task = std::move(task)]() mutable { task(flushes_); });
  }

  void Notify(bus::Notice notice) {
    worker_.Post([this, notice = std::move(notice)] {
      const auto found = channels_.find(notice.room);
      if (found == channels_.end()) return;
      Channel& channel = found->second;
      if (notice.typing.has_value() &&
          !channel.typing.Admit(notice.user_id, *notice.typing, channel.followers.size(),
                                clock_.Now())) {
        return;
      }
      for (const Following& following : channel.followers) {
        following.follower->OnNotice(notice.user_id, notice.event, flushes_);
      }
    });
  }

  // These wake nobody for a user whom nobody follows, as for most calls of CreateRoom.
  void Announce(const UserKey& user, const RoomId& room, uint64_t seq) {
    ForFollowers(user, [room, seq](UserFollower& follower) { follower.OnRoomJoined(room, seq); });
  }

  void NotifyUser(bus::UserNotice notice) {
    ForFollowers(notice.user, [this, event = std::move(notice.event)](UserFollower& follower) {
      follower.OnUserNotice(event, flushes_);
    });
  }

  void CheckHeads() {
    worker_.Post([this] {
      if (checks_under_way_ > 0) return;
      std::map<SchemaName, std::vector<RoomId>> rooms;
      for (const auto& [key, channel] : channels_) rooms[key.tenant].push_back(key.room);
      for (const auto& [tenant, ids] : rooms) ReadHeads(tenant, ids);
    });
  }

 private:
  using Channels = absl::flat_hash_map<RoomKey, Channel>;

  template <typename Task>
  void ForFollowers(const UserKey& user, Task task) {
    std::vector<std::shared_ptr<UserFollower>> followers;
    {
      MutexLock lock(users_mu_);
      const auto found = users_.find(user);
      if (found == users_.end()) return;
      followers = found->second;
    }
    worker_.Post([followers = std::move(followers), task = std::move(task)] {
      for (const auto& follower : followers) task(*follower);
    });
  }

  void DoFollow(const RoomKey& key, uint64_t next_seq,
                const std::shared_ptr<RoomFollower>& follower) {
    const auto [found, created] = channels_.try_emplace(key);
    Channel& channel = found->second;
    if (created) {
      // What the follower knows of the log may be out of date by now: look again.
      channel.tail = next_seq - 1;
      unchecked_[key.tenant].push_back(key.room);
      if (!check_posted_) worker_.Post([this] { CheckNewChannels(); });
      check_posted_ = true;
    }
    if (next_seq <= channel.tail) return follower->OnBehind();
    channel.followers.push_back({follower, next_seq});
    follower->OnLevel(next_seq, flushes_);
    LearnHead(key, channel, next_seq - 1);
  }

  void CheckNewChannels() {
    check_posted_ = false;
    for (const auto& [tenant, rooms] : std::exchange(unchecked_, {})) ReadHeads(tenant, rooms);
  }

  void ReadHeads(const SchemaName& tenant, const std::vector<RoomId>& rooms) {
    ++checks_under_way_;
    reader_.ReadHeads(tenant, rooms, absl::Now() + kReadTimeout,
                      [this, tenant, rooms](absl::StatusOr<std::vector<RoomHead>> heads) {
                        worker_.Post([this, tenant, rooms, heads = std::move(heads)] {
                          --checks_under_way_;
                          if (heads.ok()) LearnHeads(tenant, rooms, *heads);
                          // else the next check will tell
                        });
                      });
  }

  // Those of `rooms` that have no head have been deleted.
  void LearnHeads(const SchemaName& tenant, const std::vector<RoomId>& rooms,
                  const std::vector<RoomHead>& heads) {
    std::map<RoomId, uint64_t> by_room;
    for (const RoomHead& head : heads) by_room[head.room_id] = head.head_seq;
    for (const RoomId& room : rooms) {
      const auto channel = channels_.find({tenant, room});
      if (channel == channels_.end()) continue;
      if (const auto head = by_room.find(room); head != by_room.end()) {
        LearnHead(channel->first, channel->second, head->second);
      } else {
        End(channel, {.room_id = room,
                      .created_at = absl::Now(),
                      .actor_id = {},
                      .what = v1::RoomDeleted()});
      }
    }
  }

  // The room is deleted. Each follower gets that as the event that it waits for: if others were
  // missing before it, nobody can read them any more.
  void End(Channels::iterator channel, RoomEvent deleted) {
    std::vector<EncodedRun> runs;
    for (const auto& [follower, next_seq] : channel->second.followers) {
      deleted.seq = std::max(channel->second.tail + 1, next_seq);
      if (runs.empty() || runs.front().first_seq != deleted.seq) runs = encode_({&deleted, 1});
      follower->OnRoomEvents(runs, flushes_);
    }
    channels_.erase(channel);
  }

  // Hands out the events that follow the tail, and learns of the others. `events` are in order.
  void Take(const RoomKey& key, Channel& channel, std::vector<RoomEvent> events) {
    std::erase_if(events, [&](const RoomEvent& event) { return event.seq <= channel.tail; });
    size_t next = 0;
    while (next < events.size() && events[next].seq == channel.tail + 1 + next) ++next;
    HandOut(channel, std::span(events).first(next));
    if (next < events.size()) LearnHead(key, channel, events.back().seq);
  }

  // REQUIRES: `events` follow the tail.
  void HandOut(Channel& channel, std::span<const RoomEvent> events) {
    if (events.empty()) return;
    channel.tail = events.back().seq;
    const std::vector<EncodedRun> runs = encode_(events);
    for (const auto& [follower, next_seq] : channel.followers) {
      if (next_seq <= events.front().seq) {
        follower->OnRoomEvents(runs, flushes_);
      } else if (next_seq <= channel.tail) {
        follower->OnRoomEvents(encode_(events.subspan(next_seq - events.front().seq)), flushes_);
      }
    }
  }

  // The log goes as far as `head`; reads what the channel doesn't have.
  void LearnHead(const RoomKey& key, Channel& channel, uint64_t head) {
    channel.known_head = std::max(channel.known_head, head);
    if (channel.known_head <= channel.tail || channel.reading) return;
    channel.reading = true;
    reader_.ReadEvents(key, channel.tail, kGapPage, absl::Now() + kReadTimeout,
                       [this, key](absl::StatusOr<store::EventReader::EventPage> page) {
                         worker_.Post([this, key, page = std::move(page)]() mutable {
                           TakeFromLog(key, std::move(page));
                         });
                       });
  }

  void TakeFromLog(const RoomKey& key, absl::StatusOr<store::EventReader::EventPage> page) {
    const auto found = channels_.find(key);
    if (found == channels_.end()) return;
    Channel& channel = found->second;
    channel.reading = false;
    if (!page.ok() || page->events.empty()) return;  // the next check will try again
    Take(key, channel, std::move(page->events));
    LearnHead(key, channel, 0);  // reads on while there is more
  }

  void FlushAll() {
    for (const auto& outlet : flushes_) outlet->Flush();
    flushes_.clear();
  }

  store::EventReader& reader_;
  const Clock& clock_;
  const Encoder& encode_;

  Mutex users_mu_;
  absl::flat_hash_map<UserKey, std::vector<std::shared_ptr<UserFollower>>> users_
      ABSL_GUARDED_BY(users_mu_);

  // The worker alone touches these.
  Channels channels_;
  std::map<SchemaName, std::vector<RoomId>> unchecked_;  // channels that are new
  bool check_posted_ = false;
  int checks_under_way_ = 0;
  Flushes flushes_;

  Worker worker_{[this] { FlushAll(); }};  // the last member: its closures use the others
};

Hub::Hub(int workers, store::EventReader& reader, const Clock& clock, Encoder encode)
    : encode_(std::move(encode)) {
  for (int i = 0; i < workers; ++i) {
    shards_.push_back(std::make_unique<Shard>(reader, clock, encode_));
  }
}

Hub::~Hub() = default;

template <typename Key>
Hub::Shard& Hub::ShardOf(const Key& key) {
  return *shards_[absl::Hash<Key>()(key) % shards_.size()];
}

void Hub::Follow(const RoomKey& room, uint64_t next_seq, std::shared_ptr<RoomFollower> follower) {
  ShardOf(room).Follow(room, next_seq, std::move(follower));
}

void Hub::Unfollow(const RoomKey& room, std::shared_ptr<RoomFollower> follower) {
  ShardOf(room).Unfollow(room, std::move(follower));
}

void Hub::FollowUser(const UserKey& user, std::shared_ptr<UserFollower> follower) {
  ShardOf(user).FollowUser(user, std::move(follower));
}

void Hub::UnfollowUser(const UserKey& user, const std::shared_ptr<UserFollower>& follower) {
  ShardOf(user).UnfollowUser(user, follower);
}

void Hub::RunAfterEvents(const RoomKey& room, absl::AnyInvocable<void(Flushes&)> task) {
  ShardOf(room).RunAfterEvents(std::move(task));
}

void Hub::OnEvents(std::vector<CommittedEvents> rooms) {
  if (shards_.size() == 1) return shards_[0]->Events(std::move(rooms));
  std::map<Shard*, std::vector<CommittedEvents>> by_shard;
  for (CommittedEvents& committed : rooms) {
    by_shard[&ShardOf(committed.room)].push_back(std::move(committed));
  }
  for (auto& [shard, its_rooms] : by_shard) shard->Events(std::move(its_rooms));
}

void Hub::OnNotice(bus::Notice notice) {
  Shard& shard = ShardOf(notice.room);
  shard.Notify(std::move(notice));
}

void Hub::OnUserNotice(bus::UserNotice notice) {
  Shard& shard = ShardOf(notice.user);
  shard.NotifyUser(std::move(notice));
}

void Hub::OnRoomJoined(bus::RoomJoined joined) {
  for (std::string& user_id : joined.user_ids) {
    UserKey user{joined.tenant, std::move(user_id)};
    ShardOf(user).Announce(user, joined.room, joined.seq);
  }
}

void Hub::CheckHeads() {
  for (auto& shard : shards_) shard->CheckHeads();
}

}  // namespace chatter::chat
