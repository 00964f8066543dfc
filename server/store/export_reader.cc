#include "server/store/export_reader.h"

#include <utility>

#include "server/postgres/databases.h"
#include "server/store/room_rows.h"
#include "server/store/sql.h"
#include "server/store/stored_event.h"
#include "server/store/user_store.h"

namespace chatter::store {
namespace {

Room ReadExportedRoom(const postgres::Rows& rows, int row) {
  return ReadRoom(rows, row, RoomLookUps());
}

Member ReadExportedMember(const postgres::Rows& rows, int row) {
  return ReadMember(rows.GetUuid(row, 6), rows, row);
}

RoomEvent ReadExportedEvent(const postgres::Rows& rows, int row) {
  return ReadEvent(rows.GetUuid(row, 8), rows, row);
}

// Runs the statement and makes an entry of each row.
template <typename Entry>
void ReadAll(postgres::TenantDatabases& database, postgres::TenantStatement statement,
             SteadyTime deadline, Entry (*read)(const postgres::Rows&, int),
             Callback<std::vector<Entry>> done) {
  postgres::RunOne(database, std::move(statement), deadline, postgres::kIdempotent,
                   Then(std::move(done), [read](const postgres::Rows& rows, auto& answer) {
                     std::vector<Entry> entries;
                     entries.reserve(static_cast<size_t>(rows.size()));
                     for (int row = 0; row < rows.size(); ++row) entries.push_back(read(rows, row));
                     answer(std::move(entries));
                   }));
}

}  // namespace

void ExportReader::Users(const TenantKey& tenant, const std::string& after, int limit,
                         SteadyTime deadline, Callback<std::vector<User>> done) {
  ReadAll(database_, {sql::kExportUsers, tenant, postgres::Params().Text(after).Int(limit)},
          deadline, &ReadUser, std::move(done));
}

void ExportReader::Rooms(const TenantKey& tenant, const RoomId& after, int limit,
                         SteadyTime deadline, Callback<std::vector<Room>> done) {
  ReadAll(database_, {sql::kExportRooms, tenant, postgres::Params().Uuid(after).Int(limit)},
          deadline, &ReadExportedRoom, std::move(done));
}

void ExportReader::Members(const TenantKey& tenant, const RoomId& after_room,
                           const std::string& after_user, int limit, SteadyTime deadline,
                           Callback<std::vector<Member>> done) {
  ReadAll(database_,
          {sql::kExportMembers, tenant,
           postgres::Params().Uuid(after_room).Text(after_user).Int(limit)},
          deadline, &ReadExportedMember, std::move(done));
}

void ExportReader::Events(const TenantKey& tenant, const RoomId& after_room, uint64_t after_seq,
                          int limit, SteadyTime deadline, Callback<std::vector<RoomEvent>> done) {
  const auto seq = static_cast<int64_t>(after_seq);
  ReadAll(database_,
          {sql::kExportEvents, tenant, postgres::Params().Uuid(after_room).Int(seq).Int(limit)},
          deadline, &ReadExportedEvent, std::move(done));
}

}  // namespace chatter::store
