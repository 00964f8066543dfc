#include "server/chat/messages.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "server/chat/message_details.h"
#include "server/chat/permissions.h"
#include "server/chat/validate.h"
#include "server/model/errors.h"

namespace chatter::chat {
namespace {

using Edit = store::EventReader::Edit;
using MessagePage = store::EventReader::MessagePage;
using MessageRange = store::EventReader::MessageRange;

constexpr PageSizes kPageSizes{.if_zero = 50, .max = 200};
constexpr int kMaxPinned = 100;
constexpr int kMaxReactions = 1'000;
constexpr int kMaxEdits = 100;
// A bigint in PostgreSQL: no room gets as far.
constexpr uint64_t kMaxSeq = std::numeric_limits<int64_t>::max();

void CheckSeq(std::string_view field, uint64_t seq, FieldViolations& violations) {
  if (seq == 0) violations.Add(field, "must be at least 1");
}

// Which messages a page of up to `limit` holds.
struct ToRange {
  int limit;
  FieldViolations& violations;

  MessageRange operator()(const Messages::Latest&) const {
    return {.seq = kMaxSeq, .before = limit};
  }
  MessageRange operator()(const Messages::Before& position) const {
    CheckSeq("before_seq", position.seq, violations);
    return {.seq = position.seq, .before = limit};
  }
  MessageRange operator()(const Messages::After& position) const {
    return {.seq = std::min(position.seq, kMaxSeq - 1) + 1, .from = limit};
  }
  MessageRange operator()(const Messages::Around& position) const {
    CheckSeq("around_seq", position.seq, violations);
    return {.seq = position.seq, .before = limit / 2, .from = limit - limit / 2};
  }
};

Callback<MessagePage> UnlessNotFound(Callback<MessagePage> done) {
  return [done = std::move(done)](absl::StatusOr<MessagePage> page) mutable {
    if (page.ok() && !page->room_found) return done(RoomNotFoundError());
    done(std::move(page));
  };
}

}  // namespace

// A message that refers to something, until it is known whether that is there.
struct Messages::Draft {
  store::NewMessage message;
  v1::MessageDetails details;
  absl::Time deadline;
  Callback<Sent> done;
};

void Messages::Send(const Caller& caller, std::string_view room_id, std::string client_message_id,
                    std::string text, const v1::MessageDetails& details, absl::Time deadline,
                    Callback<Sent> done) {
  if (absl::Status status = RequireUser(caller); !status.ok()) return done(std::move(status));
  FieldViolations violations;
  const std::optional<RoomId> room = ParseRoomId(room_id, violations);
  AddProblem("client_message_id", ClientMessageIdProblem(client_message_id), violations);
  CheckContent(text, details, caller.principal.user_id, violations);
  if (!violations.empty()) return done(violations.ToStatus());

  store::NewMessage message{.room = {*caller.tenant, *room},
                            .sender_id = caller.principal.user_id,
                            .client_message_id = std::move(client_message_id),
                            .text = std::move(text),
                            .service = caller.principal.service};
  if (details.ByteSizeLong() == 0) return Append(std::move(message), deadline, std::move(done));
  const auto draft = std::make_shared<Draft>(
      Draft{std::move(message), TakeDetails(details), deadline, std::move(done)});
  if (!RefersToAnything(draft->details)) return AppendDraft(*draft);
  CheckReferences(draft);
}

void Messages::CheckReferences(const std::shared_ptr<Draft>& draft) {
  references_.Find(draft->message, draft->details, draft->deadline,
                   [this, draft](absl::StatusOr<std::optional<store::References>> references) {
                     if (!references.ok()) return draft->done(std::move(references).status());
                     if (!references->has_value()) return draft->done(RoomNotFoundError());
                     OnReferences(draft, **references);
                   });
}

void Messages::OnReferences(const std::shared_ptr<Draft>& draft,
                            const store::References& references) {
  if (references.prior.has_value()) {
    ResolveAsBefore(*references.prior, draft->message, draft->details);
    return AppendDraft(*draft);
  }
  absl::Status status = Resolve(references, draft->message, draft->details);
  if (!status.ok()) return draft->done(std::move(status));
  settings_.Find(draft->message.room.tenant,
                 [this, draft](absl::StatusOr<TenantSettings::Ptr> settings) {
                   if (!settings.ok()) return draft->done(std::move(settings).status());
                   absl::Status allowed = CheckFeatures(**settings, draft->details);
                   if (!allowed.ok()) return draft->done(std::move(allowed));
                   AppendDraft(*draft);
                 });
}

void Messages::AppendDraft(Draft& draft) {
  SetDetails(draft.details, draft.message);
  Append(std::move(draft.message), draft.deadline, std::move(draft.done));
}

void Messages::Append(store::NewMessage message, absl::Time deadline, Callback<Sent> done) {
  const RoomId id = message.room.room;
  writer_.Append(std::move(message), deadline,
                 [id, done = std::move(done)](absl::StatusOr<store::StoredMessage> stored) mutable {
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
  MessageRange range = std::visit(ToRange{limit, violations}, request.position);
  range.thread_seq = request.thread_seq;
  range.top_level_only = request.top_level_only;
  if (range.thread_seq != 0 && range.top_level_only) {
    violations.Add("top_level_only", "must not be set together with `thread_seq`");
  }
  if (!violations.empty()) return done(violations.ToStatus());
  // The member is empty for a service, which may read any room.
  reader_.ListMessages({*caller.tenant, *room}, caller.principal.user_id, range, caller.deadline,
                       UnlessNotFound(std::move(done)));
}

void Messages::Get(const Caller& caller, std::string_view room_id, uint64_t seq,
                   Callback<Message> done) {
  if (absl::Status status = RequireUserOrService(caller); !status.ok()) {
    return done(std::move(status));
  }
  FieldViolations violations;
  const std::optional<RoomId> room = ParseRoomId(room_id, violations);
  CheckSeq("seq", seq, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  reader_.ListMessages(
      {*caller.tenant, *room}, caller.principal.user_id, {.seq = seq, .from = 1}, caller.deadline,
      UnlessNotFound([seq, done = std::move(done)](absl::StatusOr<MessagePage> page) mutable {
        if (!page.ok()) return done(page.status());
        if (page->messages.empty() || page->messages.front().seq != seq) {
          return done(MessageNotFoundError());
        }
        done(std::move(page->messages.front()));
      }));
}

void Messages::ListPinned(const Caller& caller, std::string_view room_id,
                          Callback<MessagePage> done) {
  if (absl::Status status = RequireUserOrService(caller); !status.ok()) {
    return done(std::move(status));
  }
  FieldViolations violations;
  const std::optional<RoomId> room = ParseRoomId(room_id, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  reader_.ListPinned({*caller.tenant, *room}, caller.principal.user_id, kMaxPinned, caller.deadline,
                     UnlessNotFound(std::move(done)));
}

void Messages::ListReactions(const Caller& caller, std::string_view room_id, uint64_t seq,
                             Callback<std::vector<v1::Reaction>> done) {
  if (absl::Status status = RequireUserOrService(caller); !status.ok()) {
    return done(std::move(status));
  }
  FieldViolations violations;
  const std::optional<RoomId> room = ParseRoomId(room_id, violations);
  CheckSeq("seq", seq, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  reader_.ListReactions(
      {*caller.tenant, *room}, caller.principal.user_id, seq, kMaxReactions, caller.deadline,
      [done = std::move(done)](
          absl::StatusOr<std::optional<std::vector<v1::Reaction>>> reactions) mutable {
        if (!reactions.ok()) return done(std::move(reactions).status());
        if (!reactions->has_value()) return done(RoomNotFoundError());
        done(**std::move(reactions));
      });
}

void Messages::ListEdits(const Caller& caller, std::string_view room_id, uint64_t seq,
                         Callback<std::vector<Edit>> done) {
  if (absl::Status status = RequireUserOrService(caller); !status.ok()) {
    return done(std::move(status));
  }
  FieldViolations violations;
  const std::optional<RoomId> room = ParseRoomId(room_id, violations);
  CheckSeq("seq", seq, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  reader_.ListEdits(
      {*caller.tenant, *room}, caller.principal.user_id, seq, kMaxEdits, caller.deadline,
      [done = std::move(done)](absl::StatusOr<std::optional<std::vector<Edit>>> edits) mutable {
        if (!edits.ok()) return done(std::move(edits).status());
        if (!edits->has_value()) return done(RoomNotFoundError());
        if ((*edits)->empty()) return done(MessageNotFoundError());
        done(**std::move(edits));
      });
}

}  // namespace chatter::chat
