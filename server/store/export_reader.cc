#include "server/store/export_reader.h"

#include <utility>

#include "server/store/database.h"
#include "server/store/event_reader.h"
#include "server/store/sql.h"
#include "server/store/user_store.h"

namespace chatter::store {
namespace {

Room ReadRoom(const Rows& rows, int row) {
  Room room;
  room.id = rows.GetUuid(row, 0);
  room.kind = static_cast<RoomKind>(rows.GetInt(row, 1));
  room.head_seq = static_cast<uint64_t>(rows.GetInt(row, 2));
  room.member_count = static_cast<int32_t>(rows.GetInt(row, 3));
  room.created_at = rows.GetTime(row, 4);
  room.last_event_at = rows.GetTime(row, 5);
  return room;
}

Member ReadMember(const Rows& rows, int row) {
  return {.room_id = rows.GetUuid(row, 0),
          .user_id = std::string(rows.GetText(row, 1)),
          .joined_seq = static_cast<uint64_t>(rows.GetInt(row, 2))};
}

RoomEvent ReadExportedEvent(const Rows& rows, int row) {
  return ReadEvent(rows.GetUuid(row, 8), rows, row);
}

// Runs the statement and makes an entry of each row.
template <typename Entry>
void ReadAll(Database& database, Statement statement, absl::Time deadline,
             Entry (*read)(const Rows&, int), Callback<std::vector<Entry>> done) {
  RunOne(database, std::move(statement), deadline, kIdempotent,
         [read, done = std::move(done)](absl::StatusOr<Rows> rows) mutable {
           if (!rows.ok()) return done(rows.status());
           std::vector<Entry> entries;
           entries.reserve(static_cast<size_t>(rows->size()));
           for (int row = 0; row < rows->size(); ++row) entries.push_back(read(*rows, row));
           done(std::move(entries));
         });
}

}  // namespace

void ExportReader::Users(const SchemaName& tenant, const std::string& after, int limit,
                         absl::Time deadline, Callback<std::vector<User>> done) {
  ReadAll(database_, {sql::kExportUsers, tenant, Params().Text(after).Int(limit)}, deadline,
          &ReadUser, std::move(done));
}

void ExportReader::Rooms(const SchemaName& tenant, const RoomId& after, int limit,
                         absl::Time deadline, Callback<std::vector<Room>> done) {
  ReadAll(database_, {sql::kExportRooms, tenant, Params().Uuid(after).Int(limit)}, deadline,
          &ReadRoom, std::move(done));
}

void ExportReader::Members(const SchemaName& tenant, const RoomId& after_room,
                           const std::string& after_user, int limit, absl::Time deadline,
                           Callback<std::vector<Member>> done) {
  ReadAll(database_,
          {sql::kExportMembers, tenant, Params().Uuid(after_room).Text(after_user).Int(limit)},
          deadline, &ReadMember, std::move(done));
}

void ExportReader::Events(const SchemaName& tenant, const RoomId& after_room, uint64_t after_seq,
                          int limit, absl::Time deadline, Callback<std::vector<RoomEvent>> done) {
  const auto seq = static_cast<int64_t>(after_seq);
  ReadAll(database_, {sql::kExportEvents, tenant, Params().Uuid(after_room).Int(seq).Int(limit)},
          deadline, &ReadExportedEvent, std::move(done));
}

}  // namespace chatter::store
