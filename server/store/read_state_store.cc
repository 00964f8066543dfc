#include "server/store/read_state_store.h"

#include <utility>

#include "server/postgres/databases.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

using Marks = ReadStateStore::Marks;

std::optional<Marks> ReadMarks(const postgres::Rows& rows) {
  if (rows.size() == 0) return std::nullopt;
  return Marks{.read_seq = static_cast<uint64_t>(rows.GetInt(0, 0)),
               .shown_read_seq = static_cast<uint64_t>(rows.GetInt(0, 1)),
               .delivered_seq = static_cast<uint64_t>(rows.GetInt(0, 2)),
               .member_count = static_cast<int32_t>(rows.GetInt(0, 3)),
               .others_are_told = rows.GetBool(0, 4)};
}

void MoveMarks(postgres::TenantDatabases& database, postgres::TenantStatement statement,
               SteadyTime deadline, Callback<std::optional<Marks>> done) {
  postgres::TenantDatabase::Transaction transaction;
  transaction.deadline = deadline;
  transaction.idempotent = true;
  transaction.statements.push_back({sql::kWriteBehind, postgres::Params()});
  const TenantKey tenant = *statement.tenant;
  transaction.statements.push_back(std::move(statement));
  database.For(tenant).Run(
      std::move(transaction),
      Then(std::move(done), [](const postgres::Database::Results& results, auto& answer) {
        answer(ReadMarks(results.back()));
      }));
}

}  // namespace

void ReadStateStore::Advance(const RoomKey& room, const std::string& user_id, const Move& move,
                             SteadyTime deadline, Callback<std::optional<Marks>> done) {
  MoveMarks(database_,
            {sql::kMarkRead, room.tenant,
             postgres::Params()
                 .Uuid(room.room)
                 .Text(user_id)
                 .Seq(move.read_seq)
                 .Seq(move.delivered_seq)
                 .Bool(move.shown)},
            deadline, std::move(done));
}

void ReadStateStore::TakeBack(const RoomKey& room, const std::string& user_id, uint64_t seq,
                              SteadyTime deadline, Callback<std::optional<Marks>> done) {
  MoveMarks(
      database_,
      {sql::kMarkUnread, room.tenant, postgres::Params().Uuid(room.room).Text(user_id).Seq(seq)},
      deadline, std::move(done));
}

void ReadStateStore::Count(const TenantKey& tenant, const std::string& user_id, SteadyTime deadline,
                           Callback<Unread> done) {
  postgres::TenantDatabase::Transaction transaction;
  transaction.deadline = deadline;
  transaction.idempotent = true;
  transaction.statements.push_back({sql::kGeneralPlan, postgres::Params()});
  transaction.statements.push_back({sql::kCountUnread, tenant, postgres::Params().Text(user_id)});
  database_.For(tenant).Run(
      std::move(transaction),
      Then(std::move(done), [](const postgres::Database::Results& results, auto& answer) {
        const postgres::Rows& rows = results.back();
        answer(Unread{.rooms = static_cast<int32_t>(rows.GetInt(0, 0)),
                      .messages = static_cast<int32_t>(rows.GetInt(0, 1)),
                      .mentions = static_cast<int32_t>(rows.GetInt(0, 2))});
      }));
}

}  // namespace chatter::store
