#include "server/store/room_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/clock.h"
#include "server/model/errors.h"
#include "server/postgres/databases.h"
#include "server/store/epoch_store.h"
#include "server/store/room_rows.h"
#include "server/store/sql.h"
#include "server/store/stored_event.h"

namespace chatter::store {
namespace {

// Each with any look-ups.
struct RoomStatements {
  RoomSql find{sql::kFindRoom};
  RoomSql find_all{sql::kFindRooms};
  RoomSql find_by_set{sql::kFindRoomBySet};
  RoomSql list{sql::kListRooms};
};
const RoomStatements& Statements() {
  static const auto& statements = *new RoomStatements;
  return statements;
}

Room ReadFields(const postgres::Rows& rows, int row, RoomFields fields) {
  Room room = ReadRoom(rows, row, RoomLookUps::For(fields));
  room.fields = fields;
  return room;
}

std::vector<std::string> ReadIds(const postgres::Rows& rows) {
  std::vector<std::string> ids;
  for (int row = 0; row < rows.size(); ++row) ids.emplace_back(rows.GetText(row, 0));
  return ids;
}

// Stands for exactly these texts in this order: each after its length, so that no two lists give
// the same bytes.
Sha256Digest DigestOf(const std::vector<std::string>& texts) {
  std::string canonical;
  for (const std::string& text : texts) absl::StrAppend(&canonical, text.size(), ":", text);
  return Sha256(canonical);
}

// What there may be one room for: a set of members or, for rooms of the other kinds, a request (no
// user's id is as long as its first text). nullopt: any number.
std::optional<Sha256Digest> MemberSet(const RoomStore::NewRoom& room, const Actor& actor) {
  if (room.kind == RoomKind::kDirect) return DigestOf(room.user_ids);
  if (room.request_id.empty()) return std::nullopt;
  return DigestOf({std::string(200, 'r'), actor.user_id(), actor.service, room.request_id});
}

std::string FirstEventDetails(const RoomStore::NewRoom& room) {
  v1::RoomCreated created;
  created.set_kind(static_cast<v1::RoomKind>(room.kind));
  created.mutable_user_ids()->Add(room.user_ids.begin(), room.user_ids.end());
  created.mutable_owner_ids()->Add(room.owner_ids.begin(), room.owner_ids.end());
  *created.mutable_profile() = room.profile;
  return ToStored(created).details;
}

postgres::TenantStatement CreateStatement(const TenantKey& tenant, const RoomId& id,
                                          const RoomStore::NewRoom& room,
                                          const std::optional<Sha256Digest>& member_set,
                                          const Actor& actor) {
  postgres::TenantStatement create{sql::kCreateRoom, tenant, {}};
  postgres::Params& params = create.params;
  params.Uuid(id).Smallint(static_cast<int16_t>(room.kind));
  member_set.has_value() ? params.Digest(*member_set) : params.NullBytes();
  params.Texts(room.user_ids).Text(actor.user_id()).Bytes(FirstEventDetails(room));
  params.Text(actor.service).Texts(room.owner_ids);
  AddProfile(room.profile, params);
  return create;
}

postgres::TenantStatement FindBySet(const TenantKey& tenant, const Sha256Digest& member_set,
                                    const Actor& actor, RoomFields fields) {
  return {Statements().find_by_set.With(RoomLookUps::For(fields)), tenant,
          postgres::Params().Who(actor.asker).Digest(member_set)};
}

postgres::TenantStatement FindById(const TenantKey& tenant, const RoomId& room, const Asker& asker,
                                   RoomFields fields) {
  return {Statements().find.With(RoomLookUps::For(fields)), tenant,
          postgres::Params().Who(asker).Uuid(room)};
}

// Makes the room that a first look didn't find, unless somebody else makes it meanwhile.
void MakeRoom(postgres::TenantDatabases& database, const TenantKey& tenant,
              const RoomStore::NewRoom& room, const std::optional<Sha256Digest>& member_set,
              const Actor& actor, SteadyTime deadline, Callback<RoomStore::MadeRoom> done) {
  const RoomId our_id = RoomId::Generate(absl::ToUnixMillis(Clock::Real().Now()));
  postgres::TenantDatabase::Transaction transaction;
  transaction.deadline = deadline;
  transaction.idempotent = true;  // whether it was this call that made the room, our id tells
  auto& statements = transaction.statements;
  statements.push_back({sql::kFindUnknownUsers, tenant, postgres::Params().Texts(room.user_ids)});
  statements.push_back(CreateStatement(tenant, our_id, room, member_set, actor));
  statements.push_back(member_set.has_value() ? FindBySet(tenant, *member_set, actor, room.fields)
                                              : FindById(tenant, our_id, actor.asker, room.fields));
  database.For(tenant).Run(
      std::move(transaction),
      Then(std::move(done), [our_id, fields = room.fields](
                                const postgres::Database::Results& results, auto& answer) mutable {
        const postgres::Rows& found = results.back();
        RoomStore::MadeRoom made;
        made.unknown_users = ReadIds(results.front());
        if (found.size() > 0) {
          made.unknown_users.clear();
          made.room = ReadFields(found, 0, fields);
          made.created = made.room.id == our_id;
        } else if (made.unknown_users.empty()) {
          return answer(RoomNotFoundError());
        }
        answer(std::move(made));
      }));
}

// A row of list_heads.sql.
RoomStore::Membership ReadMembership(const postgres::Rows& rows, int row) {
  const auto seq = [&](int column) { return static_cast<uint64_t>(rows.GetInt(row, column)); };
  return {.head = {rows.GetUuid(row, 0), seq(1)},
          .joined_seq = seq(3),
          .first_seq = seq(4),
          .read_seq = seq(5),
          .unread_count = static_cast<int32_t>(rows.GetInt(row, 6)),
          .unread_mention_count = static_cast<int32_t>(rows.GetInt(row, 7))};
}

}  // namespace

void RoomStore::Create(const TenantKey& tenant, NewRoom room, const Actor& actor,
                       SteadyTime deadline, Callback<MadeRoom> done) {
  const std::optional<Sha256Digest> member_set = MemberSet(room, actor);
  if (!member_set.has_value()) {
    return MakeRoom(database_, tenant, room, member_set, actor, deadline, std::move(done));
  }
  postgres::TenantStatement find = FindBySet(tenant, *member_set, actor, room.fields);
  postgres::RunOne(
      database_, std::move(find), deadline, postgres::kIdempotent,
      Then(std::move(done), [&database = database_, tenant, room = std::move(room), member_set,
                             actor, deadline](const postgres::Rows& rows, auto& answer) mutable {
        if (rows.size() > 0) {
          MadeRoom existing;
          existing.room = ReadFields(rows, 0, room.fields);
          return answer(std::move(existing));
        }
        MakeRoom(database, tenant, room, member_set, actor, deadline, std::move(answer));
      }));
}

void RoomStore::Find(const TenantKey& tenant, const RoomId& room, const Asker& asker,
                     RoomFields fields, SteadyTime deadline, Callback<std::optional<Room>> done) {
  postgres::RunOne(database_, FindById(tenant, room, asker, fields), deadline,
                   postgres::kIdempotent,
                   Then(std::move(done), [fields](const postgres::Rows& rows, auto& answer) {
                     if (rows.size() == 0) return answer(std::optional<Room>());
                     answer(ReadFields(rows, 0, fields));
                   }));
}

void RoomStore::FindAll(const TenantKey& tenant, const std::vector<RoomId>& rooms,
                        const Asker& asker, RoomFields fields, SteadyTime deadline,
                        Callback<std::vector<Room>> done) {
  postgres::RunOne(database_,
                   {Statements().find_all.With(RoomLookUps::For(fields)), tenant,
                    postgres::Params().Who(asker).Uuids(rooms)},
                   deadline, postgres::kIdempotent,
                   Then(std::move(done), [fields](const postgres::Rows& rows, auto& answer) {
                     std::vector<Room> found;
                     found.reserve(static_cast<size_t>(rows.size()));
                     for (int row = 0; row < rows.size(); ++row) {
                       found.push_back(ReadFields(rows, row, fields));
                     }
                     answer(std::move(found));
                   }));
}

void RoomStore::HasMember(const RoomKey& room, const std::string& user_id, SteadyTime deadline,
                          Callback<bool> done) {
  postgres::RunOne(
      database_, {sql::kCheckMember, room.tenant, postgres::Params().Uuid(room.room).Text(user_id)},
      deadline, postgres::kIdempotent,
      Then(std::move(done),
           [](const postgres::Rows& rows, auto& answer) { answer(rows.size() > 0); }));
}

void RoomStore::ListOfUser(const TenantKey& tenant, const std::string& user_id,
                           const ListFilter& filter, RoomFields fields,
                           std::optional<ListPosition> after, int limit, SteadyTime deadline,
                           Callback<std::vector<ListedRoom>> done) {
  postgres::Params params;
  params.Text(user_id);
  if (after.has_value()) {
    params.Time(after->raised_at).Uuid(after->room_id);
  } else {
    params.NullTime().NullUuid();
  }
  params.Int(limit).Bool(filter.include_hidden).Bool(filter.pinned_only);
  postgres::TenantDatabase::Transaction transaction;
  transaction.deadline = deadline;
  transaction.idempotent = true;
  transaction.statements.push_back({sql::kGeneralPlan, postgres::Params()});
  transaction.statements.push_back(
      {Statements().list.With(RoomLookUps::For(fields)), tenant, std::move(params)});
  database_.For(tenant).Run(
      std::move(transaction),
      Then(std::move(done), [fields](const postgres::Database::Results& results, auto& answer) {
        const postgres::Rows& rows = results.back();
        const int raised_at = WidthOf(RoomLookUps::For(fields));
        std::vector<ListedRoom> rooms;
        rooms.reserve(static_cast<size_t>(rows.size()));
        for (int row = 0; row < rows.size(); ++row) {
          Room room = ReadFields(rows, row, fields);
          ListPosition position{.raised_at = rows.GetTime(row, raised_at), .room_id = room.id};
          rooms.push_back({.room = std::move(room), .position = position});
        }
        answer(std::move(rooms));
      }));
}

void RoomStore::ListHeads(const TenantKey& tenant, const std::string& user_id, int limit,
                          int counted, SteadyTime deadline, Callback<Memberships> done) {
  postgres::TenantDatabase::Transaction transaction;
  transaction.deadline = deadline;
  transaction.idempotent = true;
  transaction.statements.push_back(FindEpochStatement(tenant));
  transaction.statements.push_back({sql::kGeneralPlan, postgres::Params()});
  transaction.statements.push_back(
      {sql::kListHeads, tenant, postgres::Params().Text(user_id).Int(limit).Int(counted)});
  database_.For(tenant).Run(
      std::move(transaction),
      Then(std::move(done), [](const postgres::Database::Results& results, auto& answer) {
        const postgres::Rows& rows = results.back();
        Memberships memberships{.epoch = ReadEpoch(results.front()).epoch, .rooms = {}};
        memberships.rooms.reserve(static_cast<size_t>(rows.size()));
        for (int row = 0; row < rows.size(); ++row) {
          memberships.rooms.push_back(ReadMembership(rows, row));
          memberships.total = rows.GetInt(row, 2);
        }
        answer(std::move(memberships));
      }));
}

void RoomStore::Browse(const TenantKey& tenant, const std::string& user_id,
                       const BrowseFilter& filter, const std::optional<BrowsePosition>& after,
                       int limit, SteadyTime deadline, Callback<std::vector<BrowsedRoom>> done) {
  postgres::TenantStatement browse{sql::kBrowseRooms, tenant,
                                   postgres::Params().Text(user_id).Text(filter.name_prefix)};
  browse.params.Text(after.has_value() ? after->name : "");
  after.has_value() ? browse.params.Uuid(after->room_id) : browse.params.NullUuid();
  browse.params.Int(limit).Text(filter.query);
  postgres::RunOne(database_, std::move(browse), deadline, postgres::kIdempotent,
                   Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
                     std::vector<BrowsedRoom> rooms;
                     rooms.reserve(static_cast<size_t>(rows.size()));
                     for (int row = 0; row < rows.size(); ++row) {
                       Room room = ReadRoom(rows, row, RoomLookUps());
                       BrowsePosition position{.name = std::string(rows.GetText(row, kRoomColumns)),
                                               .room_id = room.id};
                       rooms.push_back({.room = std::move(room), .position = std::move(position)});
                     }
                     answer(std::move(rooms));
                   }));
}

void RoomStore::ListMembers(const RoomKey& room, const Asker& asker, const std::string& after,
                            int limit, SteadyTime deadline,
                            Callback<std::optional<std::vector<Member>>> done) {
  postgres::TenantDatabase::Transaction transaction;
  transaction.deadline = deadline;
  transaction.idempotent = true;
  transaction.statements.push_back(
      {sql::kCheckMember, room.tenant, postgres::Params().Uuid(room.room).Who(asker)});
  transaction.statements.push_back(
      {sql::kListMembers, room.tenant, postgres::Params().Uuid(room.room).Text(after).Int(limit)});
  database_.For(room.tenant)
      .Run(std::move(transaction),
           Then(std::move(done), [room_id = room.room](const postgres::Database::Results& results,
                                                       auto& answer) mutable {
             if (results.front().size() == 0) return answer(std::optional<std::vector<Member>>());
             const postgres::Rows& rows = results.back();
             std::vector<Member> members;
             members.reserve(static_cast<size_t>(rows.size()));
             for (int row = 0; row < rows.size(); ++row) {
               members.push_back(ReadMember(room_id, rows, row));
             }
             answer(std::optional(std::move(members)));
           }));
}

}  // namespace chatter::store
