#include "server/store/aside_tenants.h"

#include <algorithm>
#include <utility>

namespace chatter::store {

using Rooms = SendQueue::Rooms;

std::optional<AsideTenants::Trouble> AsideTenants::Refuses(const TenantKey& tenant,
                                                           SteadyTime now) const {
  const auto found = tenants_.find(tenant);
  if (found == tenants_.end()) return std::nullopt;
  const Tenant& tenant_aside = found->second;
  if (!IsTables(tenant_aside.trouble)) return std::nullopt;
  if (now >= tenant_aside.troubled_at + kBrokenPause) return std::nullopt;
  return tenant_aside.trouble;
}

void AsideTenants::Add(const TenantKey& tenant, Trouble trouble, Batch messages, SteadyTime now) {
  tenants_.insert_or_assign(tenant, Tenant{.trouble = trouble, .troubled_at = now});
  queue_.SetAside(tenant);
  queue_.PutBack(std::move(messages));
}

void AsideTenants::LetGo(SteadyTime now) {
  for (auto tenant = tenants_.begin(); tenant != tenants_.end();) {
    const auto next = std::next(tenant);
    const bool under_way = attempt_.has_value() && attempt_->tenant == tenant;
    if (now >= tenant->second.troubled_at + kStay && !under_way) {
      queue_.TakeBack(tenant->first);
      tenants_.erase(tenant);
    }
    tenant = next;
  }
}

Batch AsideTenants::TakeBatch(size_t max_rows, size_t max_bytes) {
  if (attempt_.has_value()) return {};
  const auto found = NextTenant();
  if (found == tenants_.end()) return {};
  Tenant& tenant = found->second;
  if (!queue_.Has(found->first, tenant.turn)) {
    tenant.turn = tenant.turn == Rooms::kFree ? Rooms::kHeld : Rooms::kFree;
  }
  if (tenant.one_by_one > 0) {
    --tenant.one_by_one;
    max_rows = 1;
  }
  Batch batch = queue_.TakeBatchOf(found->first, tenant.turn, max_rows, max_bytes);
  tenant.turn = tenant.turn == Rooms::kFree ? Rooms::kHeld : Rooms::kFree;
  attempt_ = Attempt{.tenant = found, .rooms = RoomsOf(batch)};
  last_turn_ = found->first;
  return batch;
}

AsideTenants::Tenants::iterator AsideTenants::NextTenant() {
  auto tenant = last_turn_.has_value() ? tenants_.upper_bound(*last_turn_) : tenants_.begin();
  for (size_t seen = 0; seen < tenants_.size(); ++seen, ++tenant) {
    if (tenant == tenants_.end()) tenant = tenants_.begin();
    if (queue_.Has(tenant->first, Rooms::kFree) || queue_.Has(tenant->first, Rooms::kHeld)) {
      return tenant;
    }
  }
  return tenants_.end();
}

void AsideTenants::OnStored() {
  Tenant& tenant = attempt_->tenant->second;
  const TenantKey& name = attempt_->tenant->first;
  for (const RoomId& room : attempt_->rooms) queue_.Free({name, room});
  if (!queue_.Has(name, Rooms::kHeld)) tenant.trouble = Trouble::kOther;
  attempt_.reset();
}

void AsideTenants::OnGivenUp() { attempt_.reset(); }

void AsideTenants::OnBroken(Trouble trouble, SteadyTime now) {
  Note(trouble, now);
  attempt_.reset();
}

std::vector<RoomId> AsideTenants::OnBlocked(Batch batch, SteadyTime now) {
  Note(Trouble::kBlocked, now);
  queue_.PutBack(std::move(batch));
  if (attempt_->rooms.size() > 1) return attempt_->rooms;
  queue_.Hold({attempt_->tenant->first, attempt_->rooms.front()});
  attempt_.reset();
  return {};
}

void AsideTenants::OnRoomsFound(const std::vector<RoomId>& locked) {
  const auto [tenant, rooms] = *std::exchange(attempt_, std::nullopt);
  if (locked.empty()) {  // the lock is on something else that belongs to some of them
    tenant->second.one_by_one = rooms.size();
    return;
  }
  for (const RoomId& room : rooms) {
    const bool is_locked = std::find(locked.begin(), locked.end(), room) != locked.end();
    const RoomKey key{tenant->first, room};
    is_locked ? queue_.Hold(key) : queue_.Free(key);
  }
}

void AsideTenants::OnNothingFound() { attempt_.reset(); }

void AsideTenants::OnFailed(Batch batch, SteadyTime now) {
  Note(Trouble::kOther, now);
  attempt_->tenant->second.one_by_one = batch.size();
  queue_.PutBack(std::move(batch));
  attempt_.reset();
}

void AsideTenants::Note(Trouble trouble, SteadyTime now) {
  attempt_->tenant->second.trouble = trouble;
  attempt_->tenant->second.troubled_at = now;
}

size_t AsideTenants::CountBlocked(SteadyTime now) const {
  return static_cast<size_t>(
      std::count_if(tenants_.begin(), tenants_.end(), [now](const auto& tenant) {
        return tenant.second.trouble == Trouble::kBlocked &&
               now < tenant.second.troubled_at + kStay;
      }));
}

}  // namespace chatter::store
