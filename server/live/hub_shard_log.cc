#include <algorithm>
#include <iterator>
#include <utility>

#include "server/live/hub_shard.h"
#include "server/model/errors.h"

namespace chatter::live {
namespace {

constexpr int kGapPage = 500;  // events
constexpr absl::Duration kReadTimeout = absl::Seconds(10);

}  // namespace

// ---- What followers don't have ----

void Hub::Shard::LearnHead(const RoomKey& key, Channel& channel, uint64_t head) {
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

void Hub::Shard::TakeFromLog(const RoomKey& key,
                             absl::StatusOr<store::EventReader::EventPage> page) {
  const auto found = channels_.find(key);
  if (found == channels_.end()) return;
  Channel& channel = found->second;
  channel.reading = false;
  if (!page.ok() || page->events.empty()) return;  // the next check will try again
  if (Differ(channel.epoch, page->epoch)) return CheckSoon(key);
  pages_.OnEvents(key, page->events);
  Introduce(key, page->events, /*from_log=*/true);
  Take(key, channel, std::move(page->events));
  LearnHead(key, channel, 0);  // reads on while there is more
}

// ---- Checks of the heads ----

void Hub::Shard::CheckHeads() {
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

void Hub::Shard::CheckSoon(const RoomKey& room) {
  unchecked_[room.tenant].push_back(room.room);
  if (!std::exchange(check_posted_, true)) worker_.Post([this] { CheckNewChannels(); });
}

void Hub::Shard::CheckNewChannels() {
  check_posted_ = false;
  for (const auto& [tenant, rooms] : std::exchange(unchecked_, {})) ReadHeads(tenant, rooms);
}

void Hub::Shard::ReadHeads(const TenantKey& tenant, const std::vector<RoomId>& rooms) {
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

std::vector<Hub::Shard::Place> Hub::Shard::PlacesOf(const TenantKey& tenant,
                                                    const std::vector<RoomId>& rooms) const {
  std::vector<Place> places;
  places.reserve(rooms.size());
  for (const RoomId& room : rooms) {
    const auto channel = channels_.find(RoomKey{tenant, room});
    if (channel == channels_.end()) continue;
    places.push_back({room, channel->second.epoch, channel->second.tail});
  }
  return places;
}

void Hub::Shard::EndCheck(const TenantKey& tenant) {
  const auto checks = checks_under_way_.find(tenant);
  if (--checks->second == 0) checks_under_way_.erase(checks);
}

void Hub::Shard::LearnHeads(const TenantKey& tenant, const std::vector<Place>& asked,
                            const Heads& heads) {
  std::map<RoomId, uint64_t> by_room;
  for (const RoomHead& head : heads.heads) by_room[head.room_id] = head.head_seq;
  if (HaveGoneBack(tenant, asked, heads.found, by_room)) return;
  std::vector<RoomId> gone;
  for (const Place& place : asked) {
    const auto channel = channels_.find({tenant, place.room});
    if (channel == channels_.end()) continue;
    if (const auto head = by_room.find(place.room); head != by_room.end()) {
      LearnHead(channel->first, channel->second, head->second);
    } else if (!heads.found.standby) {
      gone.push_back(place.room);
    }
  }
  if (!gone.empty()) EndGone(tenant, gone);
}

void Hub::Shard::EndGone(const TenantKey& tenant, const std::vector<RoomId>& rooms) {
  reader_.ReadDeletions(tenant, rooms, SteadyTime::Now() + kReadTimeout,
                        [this, tenant, rooms](absl::StatusOr<std::vector<RoomEvent>> deletions) {
                          if (!deletions.ok()) return;  // the next check will find the same
                          worker_.Post([this, tenant, rooms, deletions = *std::move(deletions)] {
                            EndDeleted(tenant, rooms, deletions);
                          });
                        });
}

void Hub::Shard::EndDeleted(const TenantKey& tenant, const std::vector<RoomId>& rooms,
                            const std::vector<RoomEvent>& deletions) {
  std::map<RoomId, RoomEvent> by_room;
  for (const RoomEvent& deletion : deletions) by_room.emplace(deletion.room_id, deletion);
  for (const RoomId& room : rooms) {
    const auto channel = channels_.find({tenant, room});
    if (channel == channels_.end()) continue;
    const auto known = by_room.find(room);
    End(channel, known != by_room.end() ? known->second
                                        : RoomEvent{.room_id = room,
                                                    .created_at = clock_.Now(),
                                                    .actor_id = {},
                                                    .what = v1::RoomDeleted()});
  }
}

// ---- Epochs ----

bool Hub::Shard::HaveGoneBack(const TenantKey& tenant, const std::vector<Place>& asked,
                              const store::FoundEpoch& found,
                              const std::map<RoomId, uint64_t>& heads) {
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

void Hub::Shard::Enter(const TenantKey& tenant, const Epoch& epoch) {
  worker_.Post([this, tenant, epoch] {
    for (auto channel = channels_.begin(); channel != channels_.end();) {
      const auto next = std::next(channel);
      if (channel->first.tenant == tenant && channel->second.epoch != epoch) Close(channel);
      channel = next;
    }
    introductions_.Forget(tenant);
    for (const auto& follower : FollowersIn(tenant)) follower->OnEpoch(epoch);
  });
}

// ---- Members whom other nodes have added ----

void Hub::Shard::Introduce(const RoomKey& room, const std::vector<RoomEvent>& events,
                           bool from_log) {
  introductions_.OnEvents(room, events, from_log, clock_.Steady());
  if (!introductions_.has_due() || look_up_posted_) return;
  // Once for all that has been posted by then.
  worker_.Post([this] { LookUpMembers(); });
  look_up_posted_ = true;
}

void Hub::Shard::LookUpMembers() {
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

void Hub::Shard::OnNotFound(const absl::Status& error, const TenantKey& tenant,
                            const std::vector<JoinedAfter>& places) {
  worker_.Post([this, is_gone = IsSchemaChanged(error), tenant, places] {
    if (is_gone) return introductions_.Forget(tenant);
    for (const auto& [room, after_seq] : places) {
      introductions_.OnFailed({tenant, room}, after_seq);
    }
  });
}

}  // namespace chatter::live
