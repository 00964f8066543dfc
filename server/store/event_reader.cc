#include "server/store/event_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "server/store/database.h"
#include "server/store/sql.h"
#include "server/store/stored_event.h"

namespace chatter::store {
namespace {

// PostgreSQL's bigint ends here; no log goes so far.
int64_t ToBigint(uint64_t seq) {
  return static_cast<int64_t>(std::min<uint64_t>(seq, std::numeric_limits<int64_t>::max()));
}

// A row of list_messages_before.sql or list_messages_after.sql.
Message ReadMessage(const RoomId& room, const Rows& rows, int row) {
  return {.room_id = room,
          .seq = static_cast<uint64_t>(rows.GetInt(row, 0)),
          .sender_id = std::string(rows.GetText(row, 2)),
          .client_message_id = std::string(rows.GetText(row, 3)),
          .text = std::string(rows.GetText(row, 4)),
          .created_at = rows.GetTime(row, 1),
          .service = rows.GetTextOrEmpty(row, 5)};
}

// Adds up to `limit` messages; returns whether there are more.
bool AddMessages(const RoomId& room, const Rows& rows, int limit, std::vector<Message>& messages) {
  const int count = std::min(rows.size(), limit);
  messages.reserve(messages.size() + static_cast<size_t>(count));
  for (int row = 0; row < count; ++row) messages.push_back(ReadMessage(room, rows, row));
  return rows.size() > limit;
}

}  // namespace

void EventReader::ReadEvents(const RoomKey& room, uint64_t after_seq, int limit,
                             absl::Time deadline, Callback<EventPage> done) {
  RunOne(database_,
         {sql::kReadEvents, room.tenant,
          Params().Uuid(room.room).Int(ToBigint(after_seq)).Int(limit).Int(int64_t{kMaxPageBytes})},
         deadline, kIdempotent,
         [room_id = room.room, limit, done = std::move(done)](absl::StatusOr<Rows> rows) mutable {
           if (!rows.ok()) return done(std::move(rows).status());
           EventPage page;
           page.events.reserve(static_cast<size_t>(rows->size()));
           size_t bytes = 0;
           for (int row = 0; row < rows->size(); ++row) {
             bytes += 100 + rows->Length(row, 5) + rows->Length(row, 6);  // text, details
             page.events.push_back(ReadEvent(room_id, *rows, row));
           }
           page.has_more = rows->size() == limit || bytes >= kMaxPageBytes;
           done(std::move(page));
         });
}

void EventReader::ReadHeads(const SchemaName& tenant, const std::vector<RoomId>& rooms,
                            absl::Time deadline, Callback<std::vector<RoomHead>> done) {
  RunOne(database_, {sql::kReadHeads, tenant, Params().Uuids(rooms)}, deadline, kIdempotent,
         [done = std::move(done)](absl::StatusOr<Rows> rows) mutable {
           if (!rows.ok()) return done(rows.status());
           std::vector<RoomHead> heads;
           for (int row = 0; row < rows->size(); ++row) {
             heads.push_back({rows->GetUuid(row, 0), static_cast<uint64_t>(rows->GetInt(row, 1))});
           }
           done(std::move(heads));
         });
}

void EventReader::ListMessages(const RoomKey& room, const std::string& member,
                               const MessageRange& range, absl::Time deadline,
                               Callback<MessagePage> done) {
  Database::Transaction transaction;
  transaction.deadline = deadline;
  transaction.idempotent = true;
  std::vector<Statement>& statements = transaction.statements;
  const auto add = [&](std::string_view sql, uint64_t seq, int limit) {
    statements.push_back({sql, room.tenant,
                          Params().Uuid(room.room).Int(ToBigint(seq)).Int(limit + 1).Text(member)});
  };
  statements.push_back({sql::kCheckMember, room.tenant, Params().Uuid(room.room).Text(member)});
  if (range.before.has_value()) add(sql::kListMessagesBefore, range.seq, *range.before);
  if (range.from.has_value()) add(sql::kListMessagesAfter, range.seq - 1, *range.from);
  database_.Run(std::move(transaction), [room_id = room.room, range, done = std::move(done)](
                                            absl::StatusOr<Database::Results> results) mutable {
    if (!results.ok()) return done(results.status());
    MessagePage page;
    page.room_found = results->front().size() > 0;
    if (!page.room_found) return done(std::move(page));
    if (range.before.has_value()) {
      page.has_earlier = AddMessages(room_id, (*results)[1], *range.before, page.messages);
      std::reverse(page.messages.begin(), page.messages.end());
    }
    if (range.from.has_value()) {
      page.has_later = AddMessages(room_id, results->back(), *range.from, page.messages);
    }
    done(std::move(page));
  });
}

}  // namespace chatter::store
