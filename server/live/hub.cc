#include "server/live/hub.h"

#include <spdlog/spdlog.h>

#include <map>
#include <utility>

#include "absl/hash/hash.h"
#include "server/base/log_text.h"
#include "server/live/hub_shard.h"

namespace chatter::live {

Hub::Hub(int workers, store::EventReader& reader, store::EpochStore& epochs, LogPages& pages,
         bus::Bus& bus, const Clock& clock, Encoder encode)
    : encode_(std::move(encode)), pages_(pages) {
  for (int i = 0; i < workers; ++i) {
    shards_.push_back(std::make_unique<Shard>(
        reader, epochs, pages, bus, clock, encode_,
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
                 std::shared_ptr<RoomFollower> follower, Ticket ticket) {
  ShardOf(room).Follow(room, next_seq, epoch, std::move(follower), ticket);
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
        LogField(tenant.text()), epoch);
  }
  for (auto& shard : shards_) shard->Enter(tenant, epoch);
}

void Hub::Unfollow(const RoomKey& room, std::shared_ptr<RoomFollower> follower, Ticket ticket) {
  ShardOf(room).Unfollow(room, std::move(follower), ticket);
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

void Hub::OnEvents(bus::Commit rooms) {
  for (const auto& [room, events] : rooms) pages_.OnEvents(room, events);
  if (shards_.size() == 1) return shards_[0]->Events(std::move(rooms));
  std::map<Shard*, bus::Commit> by_shard;
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
