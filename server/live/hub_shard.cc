#include "server/live/hub_shard.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace chatter::live {

Hub::Shard::Shard(store::EventReader& reader, store::EpochStore& epochs, LogPages& pages,
                  bus::Bus& bus, const Clock& clock, const Encoder& encode, Announcer announce,
                  EpochTeller tell_epoch)
    : reader_(reader),
      epochs_(epochs),
      pages_(pages),
      bus_(bus),
      clock_(clock),
      encode_(encode),
      announce_(std::move(announce)),
      tell_epoch_(std::move(tell_epoch)) {}

void Hub::Shard::Follow(const RoomKey& room, uint64_t next_seq, const Epoch& epoch,
                        std::shared_ptr<RoomFollower> follower, Ticket ticket) {
  worker_.Post([this, room, epoch, asked = Following{std::move(follower), ticket, next_seq}] {
    DoFollow(room, epoch, asked);
  });
}

void Hub::Shard::Unfollow(const RoomKey& room, std::shared_ptr<RoomFollower> follower,
                          Ticket ticket) {
  worker_.Post([this, room, follower = std::move(follower), ticket] {
    const auto found = channels_.find(room);
    if (found == channels_.end()) return;
    std::erase_if(found->second.followers, [&](const Following& other) {
      return other.follower == follower && other.ticket == ticket;
    });
    if (found->second.followers.empty()) Close(found);
  });
}

void Hub::Shard::FollowUser(const UserKey& user, std::shared_ptr<UserFollower> follower) {
  bool is_first;
  {
    MutexLock lock(users_mu_);
    auto& followers = users_[user];
    is_first = followers.empty();
    followers.push_back(std::move(follower));
  }
  if (is_first) bus_.Follow(user);
}

void Hub::Shard::UnfollowUser(const UserKey& user, const std::shared_ptr<UserFollower>& follower) {
  {
    MutexLock lock(users_mu_);
    const auto found = users_.find(user);
    if (found == users_.end()) return;
    std::erase(found->second, follower);
    if (!found->second.empty()) return;
    users_.erase(found);
  }
  bus_.Unfollow(user);
}

void Hub::Shard::RunAfterEvents(absl::AnyInvocable<void(Flushes&)> task) {
  worker_.Post([this, task = std::move(task)]() mutable { task(flushes_); });
}

void Hub::Shard::Events(bus::Commit rooms) {
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

void Hub::Shard::Notify(bus::Notice notice) {
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
      following.follower->OnNotice(following.ticket, notice.user_id, notice.event, flushes_);
    }
  });
}

void Hub::Shard::Told(const RoomKey& room, uint64_t seq) {
  worker_.Post([this, room, seq] { introductions_.OnTold(room, seq); });
}

void Hub::Shard::Announce(const UserKey& user, const RoomId& room, uint64_t seq) {
  ForFollowers(user, [room, seq](UserFollower& follower) { follower.OnRoomJoined(room, seq); });
}

void Hub::Shard::NotifyUser(bus::UserNotice notice) {
  ForFollowers(notice.user, [this, event = std::move(notice.event)](UserFollower& follower) {
    follower.OnUserNotice(event, flushes_);
  });
}

template <typename Task>
void Hub::Shard::ForFollowers(const UserKey& user, Task task) {
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

std::vector<std::shared_ptr<UserFollower>> Hub::Shard::FollowersIn(const TenantKey& tenant) {
  std::vector<std::shared_ptr<UserFollower>> followers;
  MutexLock lock(users_mu_);
  for (const auto& [user, its_followers] : users_) {
    if (user.tenant != tenant) continue;
    followers.insert(followers.end(), its_followers.begin(), its_followers.end());
  }
  return followers;
}

void Hub::Shard::DoFollow(const RoomKey& key, const Epoch& epoch, const Following& asked) {
  const auto& [follower, ticket, next_seq] = asked;
  const auto [found, created] = channels_.try_emplace(key);
  Channel& channel = found->second;
  if (created) {
    // What the follower knows of the log may be out of date by now: look again.
    channel.epoch = epoch;
    channel.tail = next_seq - 1;
    bus_.Follow(key);
    CheckSoon(key);
  } else if (!epoch.empty() && channel.epoch != epoch) {
    CheckSoon(key);
    return follower->OnOtherEpoch();
  }
  if (epoch.empty()) unjudged_.insert(key.tenant);
  if (next_seq <= channel.tail) return follower->OnBehind(ticket);
  channel.followers.push_back(asked);
  follower->OnLevel(ticket, flushes_);
  LearnHead(key, channel, next_seq - 1);
}

void Hub::Shard::Take(const RoomKey& key, Channel& channel, std::vector<RoomEvent> events) {
  std::erase_if(events, [&](const RoomEvent& event) { return event.seq <= channel.tail; });
  size_t next = 0;
  while (next < events.size() && events[next].seq == channel.tail + 1 + next) ++next;
  HandOut(channel, std::span(events).first(next));
  if (next < events.size()) LearnHead(key, channel, events.back().seq);
}

void Hub::Shard::HandOut(Channel& channel, std::span<const RoomEvent> events) {
  if (events.empty()) return;
  channel.tail = events.back().seq;
  const std::vector<EncodedRun> runs = encode_(events);
  for (const auto& [follower, ticket, next_seq] : channel.followers) {
    if (next_seq <= events.front().seq) {
      follower->OnRoomEvents(ticket, runs, flushes_);
    } else if (next_seq <= channel.tail) {
      const auto rest = events.subspan(next_seq - events.front().seq);
      follower->OnRoomEvents(ticket, encode_(rest), flushes_);
    }
  }
}

void Hub::Shard::End(Channels::iterator channel, RoomEvent deleted) {
  std::vector<EncodedRun> runs;
  for (const auto& [follower, ticket, next_seq] : channel->second.followers) {
    deleted.seq = std::max(channel->second.tail + 1, next_seq);
    if (runs.empty() || runs.front().first_seq != deleted.seq) runs = encode_({&deleted, 1});
    follower->OnRoomEvents(ticket, runs, flushes_);
  }
  Close(channel);
}

void Hub::Shard::Close(Channels::iterator channel) {
  bus_.Unfollow(channel->first);
  channels_.erase(channel);
}

void Hub::Shard::FlushAll() {
  for (const auto& outlet : flushes_) outlet->Flush();
  flushes_.clear();
}

}  // namespace chatter::live
