#include "server/store/thread_store.h"

#include <utility>

#include "server/postgres/databases.h"
#include "server/store/room_rows.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

// A row of list_threads.sql.
ThreadStore::FollowedThread ReadThread(const postgres::Rows& rows, int row) {
  constexpr int kMessage = 5;
  ThreadStore::FollowedThread thread{
      .root = ReadMessage(rows.GetUuid(row, 0), rows, row, kMessage),
      .last_reply_at = rows.GetTime(row, 1),
      .read_seq = static_cast<uint64_t>(rows.GetInt(row, 2)),
      .unread_count = static_cast<int32_t>(rows.GetInt(row, 3)),
      .unread_mention_count = static_cast<int32_t>(rows.GetInt(row, 4))};
  constexpr int kReactions = kMessage + kMessageColumns;
  if (!rows.IsNull(row, kReactions)) thread.root.reactions = ReadReactions(rows, row, kReactions);
  return thread;
}

}  // namespace

void ThreadStore::List(const TenantKey& tenant, const std::string& user_id,
                       const std::optional<RoomId>& room, const std::optional<ListPosition>& after,
                       int limit, SteadyTime deadline, Callback<std::vector<FollowedThread>> done) {
  postgres::Params params;
  room.has_value() ? params.Uuid(*room) : params.NullUuid();
  params.Text(user_id);
  if (after.has_value()) {
    params.Time(after->last_reply_at).Uuid(after->room_id).Seq(after->thread_seq);
  } else {
    params.NullTime().NullUuid().Seq(0);
  }
  params.Int(limit);
  postgres::TenantDatabase::Transaction transaction;
  transaction.deadline = deadline;
  transaction.idempotent = true;
  transaction.statements.push_back({sql::kGeneralPlan, postgres::Params()});
  transaction.statements.push_back({sql::kListThreads, tenant, std::move(params)});
  database_.For(tenant).Run(
      std::move(transaction),
      Then(std::move(done), [](const postgres::Database::Results& results, auto& answer) {
        const postgres::Rows& rows = results.back();
        std::vector<FollowedThread> threads;
        threads.reserve(static_cast<size_t>(rows.size()));
        for (int row = 0; row < rows.size(); ++row) threads.push_back(ReadThread(rows, row));
        answer(std::move(threads));
      }));
}

void ThreadStore::MarkRead(const Place& thread, const std::string& user_id, uint64_t seq,
                           SteadyTime deadline, Callback<std::optional<Mark>> done) {
  postgres::RunOne(
      database_,
      {sql::kMarkThreadRead, thread.room.tenant,
       postgres::Params().Uuid(thread.room.room).Text(user_id).Seq(thread.thread_seq).Seq(seq)},
      deadline, postgres::kIdempotent,
      Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
        if (rows.size() == 0) return answer(std::optional<Mark>());
        Mark mark{.found = rows.GetBool(0, 0)};
        if (!rows.IsNull(0, 1)) mark.read_seq = static_cast<uint64_t>(rows.GetInt(0, 1));
        answer(std::optional(mark));
      }));
}

void ThreadStore::SetFollows(const Place& thread, const std::string& user_id, bool follows,
                             SteadyTime deadline, Callback<std::optional<bool>> done) {
  postgres::RunOne(database_,
                   {sql::kSetFollowsThread, thread.room.tenant,
                    postgres::Params()
                        .Uuid(thread.room.room)
                        .Text(user_id)
                        .Seq(thread.thread_seq)
                        .Bool(follows)},
                   deadline, postgres::kIdempotent,
                   Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
                     if (rows.size() == 0) return answer(std::optional<bool>());
                     answer(std::optional(rows.GetBool(0, 0)));
                   }));
}

}  // namespace chatter::store
