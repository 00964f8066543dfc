#include "server/live/hub.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <span>
#include <utility>
#include <variant>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "server/base/mutex.h"
#include "server/base/worker.h"
#include "server/live/introductions.h"
#include "server/live/typing_limiter.h"
#include "server/model/errors.h"

namespace chatter::live {
namespace {

constexpr int kGapPage = 500;  // events
constexpr absl::Duration kReadTimeout = absl::Seconds(10);

struct Following {
  std::shared_ptr<RoomFollower> follower;
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

bool ErasesTexts(const RoomEvent& event) {
  return std::holds_alternative<v1::MessageEdited>(event.what) ||
         std::holds_alternative<v1::MessageDeleted>(event.what) ||
         std::holds_alternative<v1::RoomDeleted>(event.what);
}

void ForgetErased(LogPages& pages, const RoomKey& room, std::span<const RoomEvent> events) {
  if (std::any_of(events.begin(), events.end(), ErasesTexts)) pages.Forget(room);
}

}  // namespace

// One worker and the channels that belong to it. Private methods run on the worker only.
class Hub::Shard {
 public:
  // `announce` tells a user's followers of a room that the user is in.
  using Announcer = std::function<void(const UserKey&, const RoomId&, uint64_t seq)>;
  // Tells all shards in which epoch a tenant's logs are.
  using EpochTeller = std::function<void(const TenantKey&, const Epoch&)>;

  Shard(store::EventReader& reader, store::EpochStore& epochs, LogPages& pages, const Clock& clock,
        const Encoder& encode, Announcer announce, EpochTeller tell_epoch)
      : reader_(reader),
        epochs_(epochs),
        pages_(pages),
        clock_(clock),
        encode_(encode),
        announce_(std::move(announce)),
        tell_epoch_(std::move(tell_epoch)) {}

  void Follow(const RoomKey& room, uint64_t next_seq, const Epoch& epoch,
              std::shared_ptr<RoomFollower> follower) {
    worker_.Post([this, room, next_seq, epoch, follower = std::move(follower)] {
      DoFollow(room, next_seq, epoch, follower);
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
        Introduce(room, events, /*from_log=*/false);
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

  // All who were in the room by its event `seq` are being told of it.
  void Told(const RoomKey& room, uint64_t seq) {
    worker_.Post([this, room, seq] { introductions_.OnTold(room, seq); });
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
                                clock_.Steady())) {
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

  // The tenant's logs are in this epoch.
  void Enter(const TenantKey& tenant, const Epoch& epoch) {
    worker_.Post([this, tenant, epoch] {
      absl::erase_if(channels_, [&](const auto& channel) {
        return channel.first.tenant == tenant && channel.second.epoch != epoch;
      });
      introductions_.Forget(tenant);
      for (const auto& follower : FollowersIn(tenant)) follower->OnEpoch(epoch);
    });
  }

  void CheckHeads() {
    worker_.Post([this] {
      introductions_.EndPauses(clock_.Steady());
      LookUpMembers();
      std::map<TenantKey, std::vector<RoomId>> rooms;
      for (const auto& [key, channel] : channels_) rooms[key.tenant].push_back(key.room);
      for (const auto& [tenant, ids] : rooms) {
        if (!checks_under_way_.contains(tenant)) ReadHeads(tenant, ids);
      }
    });
  }

 private:
  using Channels = absl::flat_hash_map<RoomKey, Channel>;
  using Heads = store::EventReader::Heads;
  struct Place {
    RoomId room;
    Epoch epoch;
    uint64_t tail = 0;
  };

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

  std::vector<std::shared_ptr<UserFollower>> FollowersIn(const TenantKey& tenant) {
    std::vector<std::shared_ptr<UserFollower>> followers;
    MutexLock lock(users_mu_);
    for (const auto& [user, its_followers] : users_) {
      if (user.tenant != tenant) continue;
      followers.insert(followers.end(), its_followers.begin(), its_followers.end());
    }
    return followers;
  }

  void DoFollow(const RoomKey& key, uint64_t next_seq, const Epoch& epoch,
                const std::shared_ptr<RoomFollower>& follower) {
    const auto [found, created] = channels_.try_emplace(key);
    Channel& channel = found->second;
    if (created) {
      // What the follower knows of the log may be out of date by now: look again.
      channel.epoch = epoch;
      channel.tail = next_seq - 1;
      CheckSoon(key);
    } else if (!epoch.empty() && channel.epoch != epoch) {
      CheckSoon(key);
      return follower->OnOtherEpoch();
    }
    if (epoch.empty()) unjudged_.insert(key.tenant);
    if (next_seq <= channel.tail) return follower->OnBehind();
    channel.followers.push_back({follower, next_seq});
    follower->OnLevel(next_seq, flushes_);
    LearnHead(key, channel, next_seq - 1);
  }

  void CheckSoon(const RoomKey& room) {
    unchecked_[room.tenant].push_back(room.room);
    if (!std::exchange(check_posted_, true)) worker_.Post([this] { CheckNewChannels(); });
  }

  void CheckNewChannels() {
    check_posted_ = false;
    for (const auto& [tenant, rooms] : std::exchange(unchecked_, {})) ReadHeads(tenant, rooms);
  }

  void ReadHeads(const TenantKey& tenant, const std::vector<RoomId>& rooms) {
    ++checks_under_way_[tenant];
    reader_.ReadHeads(
        tenant, rooms, SteadyTime::Now() + kReadTimeout,
        [this, tenant, asked = PlacesOf(tenant, rooms)](absl::StatusOr<Heads> heads) mutable {
          worker_.Post([this, tenant, asked = std::move(asked), heads = std::move(heads)] {
            EndCheck(tenant);
            if (heads.ok()) LearnHeads(tenant, asked, *heads);
            // else the next check will tell
          });
        });
  }

  // How far those of the rooms that are followed have been handed out.
  std::vector<Place> PlacesOf(const TenantKey& tenant, const std::vector<RoomId>& rooms) const {
    std::vector<Place> places;
    places.reserve(rooms.size());
    for (const RoomId& room : rooms) {
      const auto channel = channels_.find(RoomKey{tenant, room});
      if (channel == channels_.end()) continue;
      places.push_back({room, channel->second.epoch, channel->second.tail});
    }
    return places;
  }

  void EndCheck(const TenantKey& tenant) {
    const auto checks = checks_under_way_.find(tenant);
    if (--checks->second == 0) checks_under_way_.erase(checks);
  }

  void Introduce(const RoomKey& room, const std::vector<RoomEvent>& events, bool from_log) {
    introductions_.OnEvents(room, events, from_log, clock_.Steady());
    if (!introductions_.has_due() || look_up_posted_) return;
    // Once for all that has been posted by then.
    worker_.Post([this] { LookUpMembers(); });
    look_up_posted_ = true;
  }

  void LookUpMembers() {
    look_up_posted_ = false;
    for (auto& [tenant, places] : introductions_.TakeDue()) {
      reader_.ReadJoined(tenant, places, SteadyTime::Now() + kReadTimeout,
                         [this, tenant = tenant, places = places](
                             const absl::StatusOr<std::vector<store::EventReader::Joined>>& found) {
                           if (!found.ok()) return OnNotFound(found.status(), tenant, places);
                           for (const auto& [room, user_id, seq] : *found) {
                             announce_({tenant, user_id}, room, seq);
                           }
                         });
    }
  }

  void OnNotFound(const absl::Status& error, const TenantKey& tenant,
                  const std::vector<store::EventReader::JoinedAfter>& places) {
    worker_.Post([this, is_gone = IsSchemaChanged(error), tenant, places] {
      if (is_gone) return introductions_.Forget(tenant);
      for (const auto& [room, after_seq] : places) {
        introductions_.OnFailed({tenant, room}, after_seq);
      }
    });
  }

  // Those rooms that have no head have been deleted.
  void LearnHeads(const TenantKey& tenant, const std::vector<Place>& asked, const Heads& heads) {
    std::map<RoomId, uint64_t> by_room;
    for (const RoomHead& head : heads.heads) by_room[head.room_id] = head.head_seq;
    if (HaveGoneBack(tenant, asked, heads.found, by_room)) return;
    for (const Place& place : asked) {
      const auto channel = channels_.find({tenant, place.room});
      if (channel == channels_.end()) continue;
      if (const auto head = by_room.find(place.room); head != by_room.end()) {
        LearnHead(channel->first, channel->second, head->second);
      } else if (!heads.found.standby) {
        End(channel, {.room_id = place.room,
                      .created_at = clock_.Now(),
                      .actor_id = {},
                      .what = v1::RoomDeleted()});
      }
    }
  }

  // Whether the logs are in another epoch than that of the channels, or must be: they don't go as
  // far as the channels did when they were asked. Then says so to all.
  bool HaveGoneBack(const TenantKey& tenant, const std::vector<Place>& asked,
                    const store::FoundEpoch& found, const std::map<RoomId, uint64_t>& heads) {
    if (found.epoch.empty()) return false;
    if (unjudged_.erase(tenant) > 0) {
      tell_epoch_(tenant, found.epoch);
      return true;
    }
    bool below = false;
    for (const Place& place : asked) {
      if (place.epoch != found.epoch) {
        tell_epoch_(tenant, found.epoch);
        return true;
      }
      const auto head = heads.find(place.room);
      below |= head != heads.end() && head->second < place.tail;
    }
    if (!below) return false;
    epochs_.Begin(tenant, found.mark, SteadyTime::Now() + kReadTimeout,
                  [this, tenant](const absl::StatusOr<Epoch>& epoch) {
                    // else the next check will find the same
                    if (epoch.ok() && !epoch->empty()) tell_epoch_(tenant, *epoch);
                  });
    return true;
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
    reader_.ReadEvents(key, channel.tail, kGapPage, SteadyTime::Now() + kReadTimeout,
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
    if (Differ(channel.epoch, page->epoch)) return CheckSoon(key);
    ForgetErased(pages_, key, page->events);
    Introduce(key, page->events, /*from_log=*/true);
    Take(key, channel, std::move(page->events));
    LearnHead(key, channel, 0);  // reads on while there is more
  }

  void FlushAll() {
    for (const auto& outlet : flushes_) outlet->Flush();
    flushes_.clear();
  }

  store::EventReader& reader_;
  store::EpochStore& epochs_;
  LogPages& pages_;
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

Hub::Hub(int workers, store::EventReader& reader, store::EpochStore& epochs, LogPages& pages,
         const Clock& clock, Encoder encode)
    : encode_(std::move(encode)), pages_(pages) {
  for (int i = 0; i < workers; ++i) {
    shards_.push_back(std::make_unique<Shard>(
        reader, epochs, pages, clock, encode_,
        [this](const UserKey& user, const RoomId& room, uint64_t seq) {
          ShardOf(user).Announce(user, room, seq);
        },
        [this](const TenantKey& tenant, const Epoch& epoch) { OnEpoch(tenant, epoch); }));
  }
}

Hub::~Hub() = default;

template <typename Key>
Hub::Shard& Hub::ShardOf(const Key& key) {
  return *shards_[absl::Hash<Key>()(key) % shards_.size()];
}

void Hub::Follow(const RoomKey& room, uint64_t next_seq, const Epoch& epoch,
                 std::shared_ptr<RoomFollower> follower) {
  ShardOf(room).Follow(room, next_seq, epoch, std::move(follower));
}

void Hub::OnEpoch(const TenantKey& tenant, const Epoch& epoch) {
  bool is_news;
  {
    MutexLock lock(mu_);
    is_news = std::exchange(told_[tenant], epoch) != epoch;
  }
  if (is_news) {
    ++epochs_ended_;
    spdlog::warn(
        "the logs of a tenant have gone back, and are in another epoch: tenant={} epoch={}",
        tenant.text(), epoch);
  }
  for (auto& shard : shards_) shard->Enter(tenant, epoch);
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
  for (const auto& [room, events] : rooms) ForgetErased(pages_, room, events);
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
  // A room that has just been made: its first event comes with this alone.
  if (joined.seq == 1)
    ShardOf(RoomKey{joined.tenant, joined.room}).Told({joined.tenant, joined.room}, 1);
  for (std::string& user_id : joined.user_ids) {
    UserKey user{joined.tenant, std::move(user_id)};
    ShardOf(user).Announce(user, joined.room, joined.seq);
  }
}

void Hub::CheckHeads() {
  for (auto& shard : shards_) shard->CheckHeads();
}

}  // namespace chatter::live
