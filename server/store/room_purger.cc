#include "server/store/room_purger.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/postgres/schema_guard.h"
#include "server/postgres/statement.h"
#include "server/store/schema_lock.h"
#include "server/store/sql.h"

namespace chatter::store {

absl::StatusOr<int> RoomPurger::Run() {
  auto rooms = Find();
  if (!rooms.ok()) return rooms.status();
  int parts = 0;
  int done = 0;
  std::set<std::string> failed;  // tenants
  for (const DeletedRoom& room : *rooms) {
    Progress progress = failed.contains(room.tenant) ? Progress::kLeft : Progress::kMoreToDo;
    for (; progress == Progress::kMoreToDo && parts < max_parts_; ++parts) {
      progress = PurgePart(room);
    }
    if (progress == Progress::kMoreToDo) return done;  // the next run begins with this one
    if (progress == Progress::kDone) ++done;
    if (progress == Progress::kFailed) failed.insert(room.tenant);
    after_ = room;
  }
  if (rooms->size() < static_cast<size_t>(max_parts_)) after_ = {};
  return done;
}

absl::StatusOr<std::vector<RoomPurger::DeletedRoom>> RoomPurger::Find() const {
  std::vector<DeletedRoom> rooms;
  absl::Status found = sessions_.Run(
      "the search for rooms to purge", [&](postgres::BlockingSession& session) -> absl::Status {
        const auto rows = session.Query(
            sql::kFindRoomsToPurge,
            {after_.deleted_at, after_.tenant, after_.room_id, absl::StrCat(max_parts_)});
        if (!rows.ok()) return rows.status();
        for (const postgres::BlockingSession::Row& row : *rows) {
          rooms.push_back({row[0].value_or(""), row[1].value_or(""), row[2].value_or("")});
        }
        return absl::OkStatus();
      });
  if (!found.ok()) return found;
  return rooms;
}

RoomPurger::Progress RoomPurger::PurgePart(const DeletedRoom& room) const {
  Progress progress = Progress::kLeft;
  const absl::Status status =
      sessions_.Run(absl::StrCat("the purge of a room of tenant ", room.tenant),
                    [&](postgres::BlockingSession& session) {
                      return session.InTransaction([&]() -> absl::Status {
                        const auto purged = PurgePartIn(session, room);
                        if (purged.ok()) progress = *purged;
                        return purged.status();
                      });
                    });
  return status.ok() ? progress : Progress::kFailed;
}

absl::StatusOr<RoomPurger::Progress> RoomPurger::PurgePartIn(postgres::BlockingSession& session,
                                                             const DeletedRoom& room) {
  if (absl::Status bounded = BoundLocks(session); !bounded.ok()) return bounded;
  const auto locked = session.Query(sql::kLockRoomToPurge, {room.tenant, room.room_id});
  if (!locked.ok()) return locked.status();
  if (locked->empty()) return Progress::kLeft;  // another server is at it
  const postgres::BlockingSession::Row& found = locked->front();
  const auto name = SchemaName::Parse(room.tenant);
  if (name.has_value() && found[0] == "t") {
    if (found[1] != "t") return Progress::kLeft;  // another's, maybe
    const TenantKey tenant{*name, postgres::ParseStamp(found[2].value_or(""))};
    bool is_there = false;
    bool has_more = false;
    const absl::Status erased = postgres::GuardSchema(session, tenant, [&] {
      const auto kept =
          session.Query(postgres::RenderSql(sql::kRoomIsThere, *name), {room.room_id});
      if (!kept.ok()) return kept.status();
      is_there = !kept->empty();
      if (is_there)
        return session.Query(sql::kForgetDeletion, {room.tenant, room.room_id}).status();
      const auto count = session.Query(postgres::RenderSql(sql::kPurgeRoom, *name),
                                       {room.room_id, absl::StrCat(kMaxRows)});
      has_more = count.ok() && (*count)[0][0] != "0";
      return count.status();
    });
    if (!erased.ok()) return erased;
    if (is_there) return Progress::kLeft;
    if (has_more) return Progress::kMoreToDo;
  }
  const auto forgotten = session.Query(sql::kForgetPurgedRoom, {room.tenant, room.room_id});
  if (!forgotten.ok()) return forgotten.status();
  return Progress::kDone;
}

}  // namespace chatter::store
