#include "server/store/room_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "chatter/v1/room.pb.h"
#include "server/model/errors.h"
#include "server/store/database.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

// A row of find_room.sql and its kin.
Room ReadRoom(const Rows& rows, int row) {
  Room room{.id = rows.GetUuid(row, 0),
            .kind = static_cast<RoomKind>(rows.GetInt(row, 1)),
            .head_seq = static_cast<uint64_t>(rows.GetInt(row, 2)),
            .member_count = static_cast<int32_t>(rows.GetInt(row, 3)),
            .user_ids = rows.GetTexts(row, 6),
            .created_at = rows.GetTime(row, 4),
            .last_event_at = rows.GetTime(row, 5),
            .last_message = std::nullopt};
  if (!rows.IsNull(row, 7)) {
    room.last_message = Message{.room_id = room.id,
                                .seq = static_cast<uint64_t>(rows.GetInt(row, 7)),
                                .sender_id = std::string(rows.GetText(row, 9)),
                                .client_message_id = std::string(rows.GetText(row, 10)),
                                .text = std::string(rows.GetText(row, 11)),
                                .created_at = rows.GetTime(row, 8),
                                .service = rows.GetTextOrEmpty(row, 12)};
  }
  return room;
}

std::vector<std::string> ReadIds(const Rows& rows) {
  std::vector<std::string> ids;
  for (int row = 0; row < rows.size(); ++row) ids.emplace_back(rows.GetText(row, 0));
  return ids;
}

// Stands for exactly this set of users: the ids, each after its length, so that no two sets give
// the same bytes.
Sha256Digest MemberSet(const std::vector<std::string>& sorted_user_ids) {
  std::string canonical;
  for (const std::string& id : sorted_user_ids) absl::StrAppend(&canonical, id.size(), ":", id);
  return Sha256(canonical);
}

std::string FirstEventDetails(const std::vector<std::string>& user_ids) {
  v1::RoomCreated created;
  created.set_kind(v1::ROOM_KIND_DIRECT);
  created.mutable_user_ids()->Add(user_ids.begin(), user_ids.end());
  return created.SerializeAsString();
}

// Makes the room that a first look didn't find, unless somebody else makes it meanwhile.
void MakeDirectRoom(Database& database, const SchemaName& tenant,
                    const std::vector<std::string>& user_ids, const RoomStore::Actor& actor,
                    absl::Time deadline, Callback<RoomStore::DirectRoom> done) {
  const RoomId our_id = RoomId::Generate(absl::ToUnixMillis(absl::Now()));
  const Sha256Digest member_set = MemberSet(user_ids);
  Database::Transaction transaction;
  transaction.deadline = deadline;
  transaction.idempotent = true;  // whether it was this call that made the room, our id tells
  auto& statements = transaction.statements;
  statements.push_back({sql::kFindUnknownUsers, tenant, Params().Texts(user_ids)});
  statements.push_back({sql::kCreateDirectRoom, tenant,
                        Params()
                            .Uuid(our_id)
                            .Smallint(static_cast<int16_t>(RoomKind::kDirect))
                            .Digest(member_set)
                            .Texts(user_ids)
                            .Text(actor.user_id)
                            .Bytes(FirstEventDetails(user_ids))
                            .Text(actor.service)});
  statements.push_back({sql::kFindDirectRoom, tenant, Params().Digest(member_set)});
  database.Run(std::move(transaction),
               [our_id, done = std::move(done)](absl::StatusOr<Database::Results> results) mutable {
                 if (!results.ok()) return done(results.status());
                 const Rows& found = results->back();
                 RoomStore::DirectRoom made;
                 made.unknown_users = ReadIds(results->front());
                 if (found.size() > 0) {
                   made.unknown_users.clear();
                   made.room = ReadRoom(found, 0);
                   made.created = made.room.id == our_id;
                 } else if (made.unknown_users.empty()) {
                   return done(InternalError());
                 }
                 done(std::move(made));
               });
}

void FinishFind(absl::StatusOr<Rows> rows, Callback<std::optional<Room>>& done) {
  if (!rows.ok()) return done(rows.status());
  if (rows->size() == 0) return done(std::optional<Room>());
  done(ReadRoom(*rows, 0));
}

}  // namespace

void RoomStore::CreateDirect(const SchemaName& tenant, std::vector<std::string> user_ids,
                             const Actor& actor, absl::Time deadline, Callback<DirectRoom> done) {
  Statement find{sql::kFindDirectRoom, tenant, Params().Digest(MemberSet(user_ids))};
  RunOne(database_, std::move(find), deadline, kIdempotent,
         [&database = database_, tenant, user_ids = std::move(user_ids), actor, deadline,
          done = std::move(done)](absl::StatusOr<Rows> rows) mutable {
           if (!rows.ok()) return done(rows.status());
           if (rows->size() > 0) {
             DirectRoom existing;
             existing.room = ReadRoom(*rows, 0);
             return done(std::move(existing));
           }
           MakeDirectRoom(database, tenant, user_ids, actor, deadline, std::move(done));
         });
}

void RoomStore::Find(const SchemaName& tenant, const RoomId& room, const std::string& member,
                     absl::Time deadline, Callback<std::optional<Room>> done) {
  RunOne(database_, {sql::kFindRoom, tenant, Params().Uuid(room).Text(member)}, deadline,
         kIdempotent, [done = std::move(done)](absl::StatusOr<Rows> rows) mutable {
           FinishFind(std::move(rows), done);
         });
}

void RoomStore::HasMember(const RoomKey& room, const std::string& user_id, absl::Time deadline,
                          Callback<bool> done) {
  RunOne(database_, {sql::kCheckMember, room.tenant, Params().Uuid(room.room).Text(user_id)},
         deadline, kIdempotent, [done = std::move(done)](absl::StatusOr<Rows> rows) mutable {
           if (!rows.ok()) return done(rows.status());
           done(rows->size() > 0);
         });
}

void RoomStore::ListOfUser(const SchemaName& tenant, const std::string& user_id,
                           std::optional<ListPosition> after, int limit, absl::Time deadline,
                           Callback<std::vector<Room>> done) {
  Params params;
  params.Text(user_id);
  if (after.has_value()) {
    params.Time(after->last_event_at).Uuid(after->room_id);
  } else {
    params.NullTime().NullUuid();
  }
  params.Int(limit);
  RunOne(database_, {sql::kListRooms, tenant, std::move(params)}, deadline, kIdempotent,
         [done = std::move(done)](absl::StatusOr<Rows> rows) mutable {
           if (!rows.ok()) return done(rows.status());
           std::vector<Room> rooms;
           rooms.reserve(static_cast<size_t>(rows->size()));
           for (int row = 0; row < rows->size(); ++row) rooms.push_back(ReadRoom(*rows, row));
           done(std::move(rooms));
         });
}

void RoomStore::ListHeads(const SchemaName& tenant, const std::string& user_id, int limit,
                          absl::Time deadline, Callback<Memberships> done) {
  RunOne(database_, {sql::kListHeads, tenant, Params().Text(user_id).Int(limit)}, deadline,
         kIdempotent, [done = std::move(done)](absl::StatusOr<Rows> rows) mutable {
           if (!rows.ok()) return done(rows.status());
           Memberships memberships;
           for (int row = 0; row < rows->size(); ++row) {
             memberships.rooms.push_back(
                 {rows->GetUuid(row, 0), static_cast<uint64_t>(rows->GetInt(row, 1))});
             memberships.total = rows->GetInt(row, 2);
           }
           done(std::move(memberships));
         });
}

}  // namespace chatter::store
