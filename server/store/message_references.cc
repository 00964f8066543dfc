#include "server/store/message_references.h"

#include <utility>

#include "server/postgres/databases.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

v1::MessageDetails ReadDetails(const postgres::Rows& rows, int column) {
  v1::MessageDetails details;
  details.ParseFromString(rows.GetTextOrEmpty(0, column));
  return details;
}

References ReadReferences(const postgres::Rows& rows) {
  References references{.reply_found = rows.GetBool(0, 0),
                        .begins_thread = {},
                        .unknown_users = rows.GetTexts(0, 2),
                        .source = {},
                        .prior = {}};
  if (!rows.IsNull(0, 1)) references.begins_thread = rows.GetBool(0, 1);
  if (!rows.IsNull(0, 3)) {
    references.source = References::Source{.text = std::string(rows.GetText(0, 3)),
                                           .details = ReadDetails(rows, 4),
                                           .sender_id = std::string(rows.GetText(0, 5)),
                                           .created_at = rows.GetTime(0, 6)};
  }
  if (!rows.IsNull(0, 7)) {
    references.prior =
        References::Prior{.text = rows.GetTextOrEmpty(0, 8), .details = ReadDetails(rows, 9)};
  }
  return references;
}

postgres::Params ParamsFor(const NewMessage& message, const v1::MessageDetails& details) {
  postgres::Params params;
  params.Uuid(message.room.room).Text(message.sender_id).Text(message.client_message_id);
  params.Seq(details.reply_to_seq()).Seq(details.thread_seq());
  params.Texts(std::vector<std::string>(details.mentioned_user_ids().begin(),
                                        details.mentioned_user_ids().end()));
  if (details.has_forwarded_from()) {
    params.Uuid(*RoomId::Parse(details.forwarded_from().room_id()));
  } else {
    params.NullUuid();
  }
  params.Seq(details.forwarded_from().seq());
  return params;
}

}  // namespace

void MessageReferences::Find(const NewMessage& message, const v1::MessageDetails& details,
                             SteadyTime deadline, Callback<std::optional<References>> done) {
  postgres::RunOne(database_,
                   {sql::kCheckReferences, message.room.tenant, ParamsFor(message, details)},
                   deadline, postgres::kIdempotent,
                   Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
                     if (rows.size() == 0) return answer(std::optional<References>());
                     answer(std::optional(ReadReferences(rows)));
                   }));
}

}  // namespace chatter::store
