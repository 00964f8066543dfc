#include "server/store/room_changes.h"

#include <utility>

#include "server/postgres/attempt.h"
#include "server/postgres/databases.h"
#include "server/store/room_rows.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

// What the three statements of Read give.
RoomState ReadState(const RoomId& room, const postgres::Database::Results& results) {
  const postgres::Rows& rows = results[0];
  RoomState state{.version = rows.GetInt(0, 0),
                  .settings = {.kind = static_cast<RoomKind>(rows.GetInt(0, 1)),
                               .profile = ReadProfile(rows, 0, 2),
                               .archived = rows.GetBool(0, 7)},
                  .member_count = static_cast<int32_t>(rows.GetInt(0, 8)),
                  .actor_role = {},
                  .named = {},
                  .unknown = {},
                  .other_owner = rows.GetBool(0, 10)};
  if (!rows.IsNull(0, 9)) state.actor_role = static_cast<MemberRole>(rows.GetInt(0, 9));
  for (int row = 0; row < results[1].size(); ++row) {
    state.named.push_back(ReadMember(room, results[1], row));
  }
  for (int row = 0; row < results[2].size(); ++row) {
    state.unknown.emplace_back(results[2].GetText(row, 0));
  }
  return state;
}

postgres::TenantStatement ChangeStatement(const RoomKey& room, int64_t version,
                                          const RoomChange& change, const Actor& actor) {
  std::vector<std::string> users;
  std::vector<int16_t> roles;
  for (const auto* members : {&change.added, &change.changed}) {
    for (const Member& member : *members) {
      users.push_back(member.user_id);
      roles.push_back(static_cast<int16_t>(member.role));
    }
  }
  std::vector<int16_t> kinds;
  std::vector<std::string> details;
  for (const EventContent& event : change.events) {
    StoredContent stored = ToStored(event);
    kinds.push_back(static_cast<int16_t>(stored.kind));
    details.push_back(std::move(stored.details));
  }
  const int64_t more =
      static_cast<int64_t>(change.added.size()) - static_cast<int64_t>(change.removed.size());
  postgres::TenantStatement statement{sql::kChangeRoom, room.tenant,
                                      postgres::Params().Uuid(room.room).Int(version)};
  postgres::Params& params = statement.params;
  params.Smallint(static_cast<int16_t>(change.settings.kind));
  AddProfile(change.settings.profile, params);
  params.Bool(change.settings.archived).Texts(users).Smallints(roles).Texts(change.removed);
  params.Int(more).Smallints(kinds).Blobs(details).Text(actor.user_id()).Text(actor.service);
  params.Text(postgres::NewAttemptId());
  return statement;
}

postgres::TenantStatement DeleteStatement(const RoomKey& room, int64_t version,
                                          const Actor& actor) {
  postgres::TenantStatement statement{sql::kDeleteRoom, room.tenant,
                                      postgres::Params().Uuid(room.room).Int(version)};
  statement.params.Text(actor.user_id()).Text(actor.service);
  statement.params.Text(postgres::NewAttemptId());
  return statement;
}

// The events as change_room.sql or delete_room.sql has numbered them.
std::vector<RoomEvent> EventsOf(const RoomId& room, std::vector<EventContent> contents,
                                const Actor& actor, const postgres::Rows& rows) {
  std::vector<RoomEvent> events;
  if (rows.size() == 0) return events;
  uint64_t seq = static_cast<uint64_t>(rows.GetInt(0, 0)) - contents.size();
  for (EventContent& content : contents) {
    events.push_back({.room_id = room,
                      .seq = ++seq,
                      .created_at = rows.GetTime(0, 1),
                      .actor_id = actor.user_id(),
                      .service = actor.service,
                      .what = std::move(content)});
  }
  return events;
}

}  // namespace

void RoomChanges::Read(const RoomKey& room, const Asker& asker,
                       const std::vector<std::string>& named, SteadyTime deadline,
                       Callback<std::optional<RoomState>> done) {
  postgres::TenantDatabase::Transaction transaction;
  transaction.deadline = deadline;
  transaction.idempotent = true;
  transaction.statements = {
      {sql::kReadRoomState, room.tenant,
       postgres::Params().Uuid(room.room).Who(asker).Texts(named)},
      {sql::kFindMembers, room.tenant, postgres::Params().Uuid(room.room).Texts(named)},
      {sql::kFindUnknownUsers, room.tenant, postgres::Params().Texts(named)}};
  tenants_.For(room.tenant)
      .Run(std::move(transaction),
           Then(std::move(done), [room_id = room.room](const postgres::Database::Results& results,
                                                       auto& answer) mutable {
             if (results.front().size() == 0) return answer(std::optional<RoomState>());
             answer(std::optional(ReadState(room_id, results)));
           }));
}

void RoomChanges::Store(const RoomKey& room, int64_t version, RoomChange change, const Actor& actor,
                        SteadyTime deadline, Callback<std::vector<RoomEvent>> done) {
  if (!change.deletes) {
    return StoreInTenant(room, version, std::move(change), actor, deadline, std::move(done));
  }
  // The note comes first: the purger erases nothing of a room that is there, and forgets a note of
  // one that still is after a while; but what a room has left without a note, nobody would find.
  postgres::RunOne(control_,
                   {sql::kNoteDeletion, room.tenant,
                    postgres::Params().Text(room.tenant.text()).Uuid(room.room)},
                   deadline, postgres::kIdempotent,
                   Then(std::move(done), [this, room, version, change = std::move(change), actor,
                                          deadline](const postgres::Rows&, auto& answer) mutable {
                     StoreInTenant(room, version, std::move(change), actor, deadline,
                                   std::move(answer));
                   }));
}

void RoomChanges::StoreInTenant(const RoomKey& room, int64_t version, RoomChange change,
                                const Actor& actor, SteadyTime deadline,
                                Callback<std::vector<RoomEvent>> done) {
  postgres::TenantDatabase::Transaction transaction;
  transaction.deadline = deadline;
  transaction.idempotent = true;  // run again, it finds its own attempt
  transaction.statements.push_back(
      {sql::kLockRooms, room.tenant, postgres::Params().Uuids({room.room})});
  transaction.statements.push_back(change.deletes ? DeleteStatement(room, version, actor)
                                                  : ChangeStatement(room, version, change, actor));
  tenants_.For(room.tenant)
      .Run(std::move(transaction),
           Then(std::move(done),
                [room_id = room.room, events = std::move(change.events), actor](
                    const postgres::Database::Results& results, auto& answer) mutable {
                  answer(EventsOf(room_id, std::move(events), actor, results.back()));
                }));
}

}  // namespace chatter::store
