#include "server/store/message_changes.h"

#include <cstdlib>
#include <utility>
#include <variant>

#include "server/model/limits.h"
#include "server/postgres/attempt.h"
#include "server/postgres/databases.h"
#include "server/store/room_settler.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

using Outcome = MessageChanges::Outcome;

MessageState ReadState(const postgres::Rows& rows) {
  MessageState state{.version = rows.GetInt(0, 0),
                     .kind = static_cast<RoomKind>(rows.GetInt(0, 5)),
                     .archived = rows.GetBool(0, 1),
                     .actor_role = {},
                     .sender_id = {},
                     .deleted = rows.GetBool(0, 4),
                     .rewrite_window_over = rows.GetBool(0, 6)};
  if (!rows.IsNull(0, 2)) state.actor_role = static_cast<MemberRole>(rows.GetInt(0, 2));
  if (!rows.IsNull(0, 3)) state.sender_id = std::string(rows.GetText(0, 3));
  return state;
}

// Which statement makes a message what the event says. Adds the parameters that only it has.
struct Choose {
  postgres::Params& params;

  postgres::TenantSql operator()(const v1::MessageEdited&) const { return sql::kEditMessage; }
  postgres::TenantSql operator()(const v1::MessageDeleted&) const { return sql::kDeleteMessage; }
  postgres::TenantSql operator()(const v1::ReactionAdded& added) const {
    params.Text(added.reaction()).Int(limits::kReactions);
    return sql::kAddReaction;
  }
  postgres::TenantSql operator()(const v1::ReactionRemoved& removed) const {
    params.Text(removed.reaction());
    return sql::kRemoveReaction;
  }
  postgres::TenantSql operator()(const v1::MessagePinned&) const { return sql::kPinMessage; }
  postgres::TenantSql operator()(const v1::MessageUnpinned&) const { return sql::kUnpinMessage; }
  template <typename Other>
  postgres::TenantSql operator()(const Other&) const {
    std::abort();
  }
};

postgres::TenantStatement ChangeStatement(const RoomKey& room, int64_t version, uint64_t seq,
                                          const EventContent& event, const Actor& actor) {
  const StoredContent stored = ToStored(event);
  postgres::Params params;
  params.Uuid(room.room).Int(version).Seq(seq).Smallint(static_cast<int16_t>(stored.kind));
  stored.text.has_value() ? params.Text(*stored.text) : params.NullText();
  params.Bytes(stored.details)
      .Text(actor.user_id())
      .Text(actor.service)
      .Text(postgres::NewAttemptId());
  const postgres::TenantSql sql = std::visit(Choose{params}, event);
  return {sql, room.tenant, std::move(params)};
}

Outcome ReadOutcome(const RoomId& room, const postgres::Rows& rows, EventContent event,
                    const Actor& actor) {
  if (rows.size() == 0) return {};
  Outcome outcome{.current = true,
                  .found = rows.GetBool(0, 0),
                  .too_many_reactions = rows.GetBool(0, 3),
                  .event = {}};
  if (rows.IsNull(0, 1)) return outcome;
  outcome.event = RoomEvent{.room_id = room,
                            .seq = static_cast<uint64_t>(rows.GetInt(0, 1)),
                            .created_at = rows.GetTime(0, 2),
                            .actor_id = actor.user_id(),
                            .service = actor.service,
                            .what = std::move(event)};
  return outcome;
}

}  // namespace

void MessageChanges::Read(const RoomKey& room, const Asker& asker, uint64_t seq,
                          SteadyTime deadline, Callback<std::optional<MessageState>> done) {
  postgres::RunOne(
      database_,
      {sql::kReadMessageState, room.tenant, postgres::Params().Uuid(room.room).Who(asker).Seq(seq)},
      deadline, postgres::kIdempotent,
      Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
        if (rows.size() == 0) return answer(std::optional<MessageState>());
        answer(std::optional(ReadState(rows)));
      }));
}

void MessageChanges::Store(const RoomKey& room, int64_t version, uint64_t seq, EventContent event,
                           const Actor& actor, SteadyTime deadline, Callback<Outcome> done) {
  postgres::TenantDatabase::Transaction transaction;
  transaction.deadline = deadline;
  transaction.idempotent = true;  // run again, it finds its own attempt
  transaction.statements.push_back(
      {sql::kLockRooms, room.tenant, postgres::Params().Uuids({room.room})});
  transaction.statements.push_back(ChangeStatement(room, version, seq, event, actor));
  database_.For(room.tenant)
      .Run(std::move(transaction),
           Then(std::move(done),
                [&settler = settler_, room, event = std::move(event), actor](
                    const postgres::Database::Results& results, auto& answer) mutable {
                  Outcome outcome = ReadOutcome(room.room, results.back(), std::move(event), actor);
                  if (outcome.event.has_value()) settler.Note(room);
                  answer(std::move(outcome));
                }));
}

}  // namespace chatter::store
