#include "server/store/event_reader.h"

#include <algorithm>
#include <utility>

#include "server/model/message_size.h"
#include "server/postgres/databases.h"
#include "server/store/room_rows.h"
#include "server/store/sql.h"
#include "server/store/stored_event.h"

namespace chatter::store {
namespace {

// Whether a row holds no message: there was nothing to read.
bool IsEmpty(const postgres::Rows& rows, int row) { return rows.IsNull(row, 0); }

// What the messages of a list may have in each direction: an answer stays below the 4 MiB that
// gRPC's clients take unless they are told otherwise.
constexpr size_t kMaxListBytes = 3 << 19;

// Adds up to `limit` messages, and no more than have room; returns whether there are more.
bool AddMessages(const RoomId& room, const postgres::Rows& rows, int limit,
                 std::vector<Message>& messages) {
  messages.reserve(messages.size() + static_cast<size_t>(std::min(rows.size(), limit)));
  size_t bytes = 0;
  for (int row = 0; row < rows.size() && !IsEmpty(rows, row); ++row) {
    if (row == limit) return true;
    Message message = ReadMessage(room, rows, row, 0);
    bytes += BytesOf(message);
    if (row > 0 && bytes > kMaxListBytes) return true;
    if (!rows.IsNull(row, kMessageColumns)) {
      message.reactions = ReadReactions(rows, row, kMessageColumns);
    }
    messages.push_back(std::move(message));
  }
  return false;
}

// Answers with the statement's rows; nullopt: no such room, or `member` (if not empty) isn't in it.
void RunForMember(postgres::TenantDatabases& database, const RoomKey& room, const Asker& asker,
                  postgres::TenantStatement statement, SteadyTime deadline,
                  Callback<std::optional<postgres::Rows>> done) {
  postgres::TenantDatabase::Transaction transaction;
  transaction.deadline = deadline;
  transaction.idempotent = true;
  transaction.statements.push_back(
      {sql::kCheckMember, room.tenant, postgres::Params().Uuid(room.room).Who(asker)});
  transaction.statements.push_back(std::move(statement));
  database.For(room.tenant)
      .Run(std::move(transaction),
           Then(std::move(done), [](postgres::Database::Results results, auto& answer) {
             if (results.front().size() == 0) return answer(std::optional<postgres::Rows>());
             answer(std::optional(std::move(results.back())));
           }));
}

// Answers with the epoch and the statement's rows.
void RunInEpoch(postgres::TenantDatabases& database, postgres::TenantStatement statement,
                SteadyTime deadline, Callback<postgres::Database::Results> done) {
  postgres::TenantDatabase::Transaction transaction;
  transaction.deadline = deadline;
  transaction.idempotent = true;
  const TenantKey tenant = *statement.tenant;
  transaction.statements.push_back(FindEpochStatement(tenant));
  transaction.statements.push_back(std::move(statement));
  database.For(tenant).Run(std::move(transaction), std::move(done));
}

}  // namespace

void EventReader::ReadEvents(const RoomKey& room, uint64_t after_seq, int limit,
                             SteadyTime deadline, Callback<EventPage> done) {
  RunInEpoch(
      database_,
      {sql::kReadEvents, room.tenant,
       postgres::Params().Uuid(room.room).Seq(after_seq).Int(limit).Int(int64_t{kMaxPageBytes})},
      deadline,
      Then(std::move(done), [room_id = room.room, limit](const postgres::Database::Results& results,
                                                         auto& answer) mutable {
        const postgres::Rows& rows = results.back();
        EventPage page;
        page.epoch = ReadEpoch(results.front()).epoch;
        page.events.reserve(static_cast<size_t>(rows.size()));
        size_t bytes = 0;
        for (int row = 0; row < rows.size(); ++row) {
          bytes += 100 + rows.Length(row, 5) + rows.Length(row, 6);  // text, details
          page.events.push_back(ReadEvent(room_id, rows, row));
        }
        page.has_more = rows.size() == limit || bytes >= kMaxPageBytes;
        answer(std::move(page));
      }));
}

void EventReader::ReadHeads(const TenantKey& tenant, const std::vector<RoomId>& rooms,
                            SteadyTime deadline, Callback<Heads> done) {
  RunInEpoch(
      database_, {sql::kReadHeads, tenant, postgres::Params().Uuids(rooms)}, deadline,
      Then(std::move(done), [](const postgres::Database::Results& results, auto& answer) {
        const postgres::Rows& rows = results.back();
        Heads heads{.found = ReadEpoch(results.front()), .heads = {}};
        for (int row = 0; row < rows.size(); ++row) {
          heads.heads.push_back({rows.GetUuid(row, 0), static_cast<uint64_t>(rows.GetInt(row, 1))});
        }
        answer(std::move(heads));
      }));
}

void EventReader::ReadDeletions(const TenantKey& tenant, const std::vector<RoomId>& rooms,
                                SteadyTime deadline, Callback<std::vector<RoomEvent>> done) {
  postgres::RunOne(database_, {sql::kReadDeletions, tenant, postgres::Params().Uuids(rooms)},
                   deadline, postgres::kIdempotent,
                   Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
                     std::vector<RoomEvent> deletions;
                     deletions.reserve(static_cast<size_t>(rows.size()));
                     for (int row = 0; row < rows.size(); ++row) {
                       deletions.push_back({.room_id = rows.GetUuid(row, 0),
                                            .seq = static_cast<uint64_t>(rows.GetInt(row, 1)),
                                            .created_at = rows.GetTime(row, 2),
                                            .actor_id = std::string(rows.GetText(row, 3)),
                                            .service = rows.GetTextOrEmpty(row, 4),
                                            .what = v1::RoomDeleted()});
                     }
                     answer(std::move(deletions));
                   }));
}

void EventReader::ReadJoined(const TenantKey& tenant, const std::vector<JoinedAfter>& places,
                             SteadyTime deadline, Callback<std::vector<Joined>> done) {
  std::vector<RoomId> rooms;
  std::vector<uint64_t> seqs;
  for (const JoinedAfter& place : places) {
    rooms.push_back(place.room);
    seqs.push_back(place.after_seq);
  }
  postgres::RunOne(
      database_, {sql::kReadJoined, tenant, postgres::Params().Uuids(rooms).Seqs(seqs)}, deadline,
      postgres::kIdempotent, Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
        std::vector<Joined> joined;
        joined.reserve(static_cast<size_t>(rows.size()));
        for (int row = 0; row < rows.size(); ++row) {
          joined.push_back({.room = rows.GetUuid(row, 0),
                            .user_id = std::string(rows.GetText(row, 1)),
                            .seq = static_cast<uint64_t>(rows.GetInt(row, 2))});
        }
        answer(std::move(joined));
      }));
}

void EventReader::ListMessages(const RoomKey& room, const Asker& asker, const MessageRange& range,
                               SteadyTime deadline, Callback<MessagePage> done) {
  postgres::TenantDatabase::Transaction transaction;
  transaction.deadline = deadline;
  transaction.idempotent = true;
  postgres::TenantStatements& statements = transaction.statements;
  const auto add = [&](postgres::TenantSql sql, uint64_t seq, int limit) {
    postgres::Params params;
    params.Uuid(room.room).Who(asker).Seq(seq).Int(limit + 1);
    range.thread_seq != 0 ? params.Seq(range.thread_seq) : params.Bool(range.top_level_only);
    statements.push_back({sql, room.tenant, std::move(params)});
  };
  const bool in_thread = range.thread_seq != 0;
  if (range.before.has_value()) {
    add(in_thread ? sql::kListRepliesBefore : sql::kListMessagesBefore, range.seq, *range.before);
  }
  if (range.from.has_value()) {
    add(in_thread ? sql::kListRepliesAfter : sql::kListMessagesAfter, range.seq - 1, *range.from);
  }
  database_.For(room.tenant)
      .Run(std::move(transaction),
           Then(std::move(done), [room_id = room.room, range](
                                     const postgres::Database::Results& results,
                                     auto& answer) mutable {
             MessagePage page;
             page.room_found = results.front().size() > 0;
             if (!page.room_found) return answer(std::move(page));
             if (range.before.has_value()) {
               page.has_earlier =
                   AddMessages(room_id, results.front(), *range.before, page.messages);
               std::reverse(page.messages.begin(), page.messages.end());
             }
             if (range.from.has_value()) {
               page.has_later = AddMessages(room_id, results.back(), *range.from, page.messages);
             }
             answer(std::move(page));
           }));
}

void EventReader::ListMessagesAt(const RoomKey& room, const Asker& asker,
                                 const std::vector<uint64_t>& seqs, SteadyTime deadline,
                                 Callback<MessagePage> done) {
  const int limit = static_cast<int>(seqs.size());
  postgres::RunOne(
      database_,
      {sql::kListMessagesAt, room.tenant,
       postgres::Params().Uuid(room.room).Who(asker).Seqs(seqs).Int(limit)},
      deadline, postgres::kIdempotent,
      Then(std::move(done), [room_id = room.room, limit](const postgres::Rows& rows, auto& answer) {
        MessagePage page;
        page.room_found = rows.size() > 0;
        page.has_later = AddMessages(room_id, rows, limit, page.messages);
        answer(std::move(page));
      }));
}

void EventReader::ListPinned(const RoomKey& room, const Asker& asker, uint64_t before_seq,
                             int limit, SteadyTime deadline, Callback<MessagePage> done) {
  RunForMember(
      database_, room, asker,
      {sql::kListPinnedMessages, room.tenant,
       postgres::Params().Uuid(room.room).Who(asker).Seq(before_seq).Int(limit + 1)},
      deadline,
      Then(std::move(done), [room_id = room.room, limit](const std::optional<postgres::Rows>& rows,
                                                         auto& answer) mutable {
        MessagePage page;
        page.room_found = rows.has_value();
        if (page.room_found) {
          page.has_earlier = AddMessages(room_id, *rows, limit, page.messages);
        }
        answer(std::move(page));
      }));
}

void EventReader::ListReactions(const RoomKey& room, const Asker& asker, uint64_t seq,
                                const std::optional<Reaction>& after, int limit,
                                SteadyTime deadline,
                                Callback<std::optional<std::vector<Reaction>>> done) {
  postgres::Params params;
  params.Uuid(room.room).Who(asker).Seq(seq);
  if (after.has_value()) {
    params.Time(after->created_at).Text(after->reaction).Text(after->user_id);
  } else {
    params.NullTime().NullText().NullText();
  }
  params.Int(limit);
  RunForMember(database_, room, asker, {sql::kListReactions, room.tenant, std::move(params)},
               deadline,
               Then(std::move(done), [](const std::optional<postgres::Rows>& rows, auto& answer) {
                 if (!rows.has_value()) return answer(std::optional<std::vector<Reaction>>());
                 std::vector<Reaction> reactions;
                 for (int row = 0; row < rows->size(); ++row) {
                   reactions.push_back({.created_at = rows->GetTime(row, 2),
                                        .reaction = std::string(rows->GetText(row, 0)),
                                        .user_id = std::string(rows->GetText(row, 1))});
                 }
                 answer(std::optional(std::move(reactions)));
               }));
}

void EventReader::ListEdits(const RoomKey& room, const Asker& asker, uint64_t seq,
                            uint64_t after_seq, int limit, SteadyTime deadline,
                            Callback<EditPage> done) {
  RunForMember(database_, room, asker,
               {sql::kListEdits, room.tenant,
                postgres::Params().Uuid(room.room).Who(asker).Seq(seq).Seq(after_seq).Int(limit)},
               deadline,
               Then(std::move(done), [](const std::optional<postgres::Rows>& found, auto& answer) {
                 EditPage page;
                 page.room_found = found.has_value();
                 if (!page.room_found) return answer(std::move(page));
                 const postgres::Rows& rows = *found;
                 page.message_found = rows.size() > 0;
                 for (int row = 0; row < rows.size() && !rows.IsNull(row, 0); ++row) {
                   page.edits.push_back({.seq = static_cast<uint64_t>(rows.GetInt(row, 0)),
                                         .text = std::string(rows.GetText(row, 1)),
                                         .actor_id = std::string(rows.GetText(row, 2)),
                                         .created_at = rows.GetTime(row, 3)});
                 }
                 answer(std::move(page));
               }));
}

}  // namespace chatter::store
