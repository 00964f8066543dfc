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
                     .rewrite_window_over = rows.GetBool(0, 6),
                     .content = {}};
  if (!rows.IsNull(0, 2)) state.actor_role = static_cast<MemberRole>(rows.GetInt(0, 2));
  if (!rows.IsNull(0, 3)) state.sender_id = std::string(rows.GetText(0, 3));
  return state;
}

v1::MessageDetails GetDetails(const postgres::Rows& rows, int column) {
  v1::MessageDetails details;
  details.ParseFromString(rows.GetTextOrEmpty(0, column));
  return details;
}

MessageContent ReadContent(const postgres::Rows& rows) {
  MessageContent content{.edit_seq = static_cast<uint64_t>(rows.GetInt(0, 0)),
                         .editor_id = std::string(rows.GetText(0, 1)),
                         .service = rows.GetTextOrEmpty(0, 2),
                         .text = std::string(rows.GetText(0, 3)),
                         .sent_details = GetDetails(rows, 5)};
  if (!rows.IsNull(0, 4)) content.edited_details = GetDetails(rows, 4);
  return content;
}

// What is left of the details of an edit's event when what it brought is erased.
std::string ErasedEdit(uint64_t seq) {
  v1::MessageEdited edited;
  edited.set_seq(seq);
  return edited.SerializeAsString();
}

// Which statement makes a message what the event says. Adds the parameters that only it has.
struct Choose {
  const MessageState& state;
  postgres::Params& params;

  postgres::TenantSql operator()(const v1::MessageEdited& edited) const {
    // What it was sent with goes with the edits, where these are forgotten: but for what no edit
    // changes.
    v1::MessageDetails lasting = state.content->sent_details;
    if (edited.has_details()) {
      params.Bytes(ToStored(edited.details()));
      lasting.clear_attachments();
      lasting.clear_attributes();
    } else {
      params.NullBytes();
    }
    params.Seq(state.content->edit_seq).Int(MessageChanges::kKeptEdits).Bytes(ToStored(lasting));
    params.Bytes(ErasedEdit(edited.seq()));
    return sql::kEditMessage;
  }
  postgres::TenantSql operator()(const v1::MessageDeleted& deleted) const {
    params.Bytes(ErasedEdit(deleted.seq()));
    return sql::kDeleteMessage;
  }
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

postgres::TenantStatement ChangeStatement(const RoomKey& room, const MessageState& state,
                                          uint64_t seq, const EventContent& event,
                                          const Actor& actor) {
  const StoredContent stored = ToStored(event);
  postgres::Params params;
  params.Uuid(room.room).Int(state.version).Seq(seq).Smallint(static_cast<int16_t>(stored.kind));
  stored.text.has_value() ? params.Text(*stored.text) : params.NullText();
  params.Bytes(stored.details)
      .Text(actor.user_id())
      .Text(actor.service)
      .Text(postgres::NewAttemptId());
  const postgres::TenantSql sql = std::visit(Choose{state, params}, event);
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

void MessageChanges::ReadWithContent(const RoomKey& room, const Asker& asker, uint64_t seq,
                                     SteadyTime deadline,
                                     Callback<std::optional<MessageState>> done) {
  postgres::TenantDatabase::Transaction transaction;
  transaction.deadline = deadline;
  transaction.idempotent = true;
  transaction.statements.push_back({sql::kReadMessageState, room.tenant,
                                    postgres::Params().Uuid(room.room).Who(asker).Seq(seq)});
  transaction.statements.push_back(
      {sql::kReadMessageContent, room.tenant, postgres::Params().Uuid(room.room).Seq(seq)});
  database_.For(room.tenant)
      .Run(std::move(transaction),
           Then(std::move(done), [](const postgres::Database::Results& results, auto& answer) {
             if (results.front().size() == 0) return answer(std::optional<MessageState>());
             MessageState state = ReadState(results.front());
             if (results.back().size() > 0) state.content = ReadContent(results.back());
             answer(std::optional(std::move(state)));
           }));
}

void MessageChanges::Store(const RoomKey& room, const MessageState& state, uint64_t seq,
                           EventContent event, const Actor& actor, SteadyTime deadline,
                           Callback<Outcome> done) {
  postgres::TenantDatabase::Transaction transaction;
  transaction.deadline = deadline;
  transaction.idempotent = true;  // run again, it finds its own attempt
  transaction.statements.push_back(
      {sql::kLockRooms, room.tenant, postgres::Params().Uuids({room.room})});
  transaction.statements.push_back(ChangeStatement(room, state, seq, event, actor));
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
