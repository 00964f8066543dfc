#include "server/chat/messages.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "server/chat/permissions.h"
#include "server/chat/validate.h"
#include "server/model/errors.h"

namespace chatter::chat {
namespace {

using MessagePage = store::EventReader::MessagePage;

constexpr PageSizes kPageSizes{.if_zero = 50, .max = 200};
// A bigint in PostgreSQL: no room gets as far.
constexpr uint64_t kMaxSeq = std::numeric_limits<int64_t>::max();

Callback<MessagePage> UnlessNotFound(Callback<MessagePage> done) {
  return [done = std::move(done)](absl::StatusOr<MessagePage> page) mutable {
    if (page.ok() && !page->room_found) return done(RoomNotFoundError());
    done(std::move(page));
  };
}

}  // namespace

void Messages::Send(const Caller& caller, std::string_view room_id, std::string client_message_id,
                    std::string text, absl::Time deadline, Callback<Sent> done) {
  if (absl::Status status = RequireUser(caller); !status.ok()) return done(std::move(status));
  FieldViolations violations;
  const std::optional<RoomId> room = ParseRoomId(room_id, violations);
  AddProblem("client_message_id", ClientMessageIdProblem(client_message_id), violations);
  AddProblem("text", TextProblem(text), violations);
  if (!violations.empty()) return done(violations.ToStatus());

  writer_.Append(
      {.room = {*caller.tenant, *room},
       .sender_id = caller.principal.user_id,
       .client_message_id = std::move(client_message_id),
       .text = std::move(text),
       .service = caller.principal.service},
      deadline,
      [id = *room, done = std::move(done)](absl::StatusOr<store::StoredMessage> stored) mutable {
        if (!stored.ok()) return done(std::move(stored).status());
        done(Sent{.room_id = id, .stored = *stored});
      });
}

void Messages::List(const Caller& caller, ListRequest request, Callback<MessagePage> done) {
  if (absl::Status status = RequireUserOrService(caller); !status.ok()) {
    return done(std::move(status));
  }
  FieldViolations violations;
  const std::optional<RoomId> room = ParseRoomId(request.room_id, violations);
  const int limit = ParsePageSize(request.page_size, kPageSizes, violations);
  const auto* before = std::get_if<Before>(&request.position);
  const auto* after = std::get_if<After>(&request.position);
  if (before != nullptr && before->seq == 0) violations.Add("before_seq", "must be at least 1");
  if (!violations.empty()) return done(violations.ToStatus());

  // Empty for a service, which may read any room.
  const std::string& member = caller.principal.user_id;
  const RoomKey key{*caller.tenant, *room};
  if (after != nullptr) {
    reader_.ListMessagesAfter(key, member, std::min(after->seq, kMaxSeq), limit, caller.deadline,
                              UnlessNotFound(std::move(done)));
    return;
  }
  const uint64_t before_seq = before != nullptr ? std::min(before->seq, kMaxSeq) : kMaxSeq;
  reader_.ListMessagesBefore(key, member, before_seq, limit, caller.deadline,
                             UnlessNotFound(std::move(done)));
}

}  // namespace chatter::chat
