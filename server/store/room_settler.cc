#include "server/store/room_settler.h"

#include <algorithm>
#include <utility>

#include "common/steady_time.h"
#include "server/model/errors.h"
#include "server/postgres/databases.h"
#include "server/postgres/lock_wait.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);
// After how many ticks rooms are settled that are never quiet: lists look at what came since.
constexpr int kBusyTicks = 10;
constexpr absl::Duration kMaxLockWait = absl::Milliseconds(100);  // for a table

postgres::TenantDatabase::Transaction SettleTransaction(const std::vector<RoomKey>& rooms) {
  const TenantKey& tenant = rooms.front().tenant;
  std::vector<RoomId> ids;
  for (const RoomKey& room : rooms) ids.push_back(room.room);
  postgres::TenantDatabase::Transaction transaction;
  transaction.deadline = SteadyTime::Now() + kPatience;
  transaction.idempotent = true;
  transaction.statements = {postgres::BoundLocks(kMaxLockWait),
                            {sql::kWriteBehind, postgres::Params()},
                            {sql::kLockQuietRooms, tenant, postgres::Params().Uuids(ids)},
                            {sql::kSettleRooms, tenant, postgres::Params()}};
  return transaction;
}

}  // namespace

void RoomSettler::Note(const RoomKey& room) {
  MutexLock lock(mu_);
  if (since_.size() < max_rooms_) since_.insert(room);
}

void RoomSettler::Tick() {
  {
    MutexLock lock(mu_);
    const absl::flat_hash_set<RoomKey> quiet = std::exchange(before_, std::exchange(since_, {}));
    if (settling_) return;
    const bool busy_ones_too = ++ticks_ % kBusyTicks == 0;
    for (const RoomKey& room : quiet) {
      if (busy_ones_too || !before_.contains(room)) quiet_.push_back(room);
    }
    std::sort(quiet_.begin(), quiet_.end());
    settling_ = true;
  }
  SettleNext();
}

void RoomSettler::SettleNext() {
  const std::vector<RoomKey> rooms = TakeSome();
  if (rooms.empty()) return;
  postgres::TenantDatabase& database = database_.For(rooms.front().tenant);
  database.Run(SettleTransaction(rooms),
               [this](const absl::StatusOr<postgres::Database::Results>& results) {
                 const v1::ErrorReason reason = ReasonOf(results.status());
                 if (reason == v1::ERROR_REASON_DATABASE_UNAVAILABLE)
                   ForgetQuiet();  // else one tenant's trouble
                 SettleNext();
               });
}

void RoomSettler::ForgetQuiet() {
  MutexLock lock(mu_);
  quiet_.clear();
}

std::vector<RoomKey> RoomSettler::TakeSome() {
  MutexLock lock(mu_);
  std::vector<RoomKey> some;
  while (!quiet_.empty() && some.size() < kMaxRoomsAtOnce &&
         (some.empty() || quiet_.back().tenant == some.front().tenant)) {
    some.push_back(std::move(quiet_.back()));
    quiet_.pop_back();
  }
  if (some.empty()) settling_ = false;
  return some;
}

}  // namespace chatter::store
