#include "server/rooms/messages.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/model/errors.h"
#include "server/model/validate.h"
#include "server/rooms/message_details.h"

namespace chatter::rooms {
namespace {

using MessagePage = store::EventReader::MessagePage;
using MessageRange = store::EventReader::MessageRange;
using Edit = store::EventReader::Edit;
using Reaction = store::EventReader::Reaction;

constexpr PageSizes kPageSizes{.if_zero = 50, .max = 200};
constexpr int kMaxBatch = 200;
constexpr PageSizes kPinnedPageSizes{.if_zero = 100, .max = 100};
constexpr PageSizes kReactionPageSizes{.if_zero = 1'000, .max = 1'000};
constexpr PageSizes kEditPageSizes{.if_zero = 100, .max = 100};
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
  SteadyTime deadline;
  SendOrder::Place place;
  Callback<SentMessage> done;
};

void Messages::Send(const UserCaller& caller, std::string_view room_id,
                    std::string client_message_id, std::string text,
                    const v1::MessageDetails& details, SteadyTime deadline, SendOrder* order,
                    Callback<SentMessage> done) {
  FieldViolations violations;
  const std::optional<RoomId> room = ParseRoomId(room_id, violations);
  AddProblem("client_message_id", ClientMessageIdProblem(client_message_id), violations);
  CheckContent(text, details, caller.user_id(), violations);
  if (!violations.empty()) return done(violations.ToStatus());

  store::NewMessage message{.room = {caller.tenant(), *room},
                            .sender_id = caller.user_id(),
                            .client_message_id = std::move(client_message_id),
                            .text = std::move(text),
                            .service = caller.service()};
  const bool is_plain = details.ByteSizeLong() == 0;
  if (is_plain && (order == nullptr || order->IsFree(*room))) {
    return Append(std::move(message), deadline, std::move(done));
  }
  const auto draft = std::make_shared<Draft>(
      Draft{std::move(message), TakeDetails(details), deadline,
            order == nullptr ? SendOrder::Place() : order->Take(*room), std::move(done)});
  if (!RefersToAnything(draft->details)) return AppendDraft(draft);
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
    return AppendDraft(draft);
  }
  absl::Status status = Resolve(references, draft->message, draft->details);
  if (!status.ok()) return draft->done(std::move(status));
  settings_.Find(draft->message.room.tenant,
                 [this, draft](absl::StatusOr<tenants::TenantSettings::Ptr> settings) {
                   if (!settings.ok()) return draft->done(std::move(settings).status());
                   absl::Status allowed = CheckFeatures(**settings, draft->details);
                   if (!allowed.ok()) return draft->done(std::move(allowed));
                   AppendDraft(draft);
                 });
}

void Messages::AppendDraft(const std::shared_ptr<Draft>& draft) {
  std::move(draft->place).Run([this, draft] {
    SetDetails(draft->details, draft->message);
    Append(std::move(draft->message), draft->deadline, std::move(draft->done));
  });
}

void Messages::Append(store::NewMessage message, SteadyTime deadline, Callback<SentMessage> done) {
  const RoomId id = message.room.room;
  writer_.Append(std::move(message), deadline,
                 Then(std::move(done), [id](const StoredMessage& stored, auto& answer) {
                   answer(SentMessage{.room_id = id, .stored = stored});
                 }));
}

void Messages::List(const TenantCaller& caller, ListRequest request, Callback<MessagePage> done) {
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
  reader_.ListMessages({caller.tenant(), *room}, caller.asker(), range, caller.deadline(),
                       UnlessNotFound(std::move(done)));
}

void Messages::Get(const TenantCaller& caller, std::string_view room_id, uint64_t seq,
                   Callback<Message> done) {
  FieldViolations violations;
  const std::optional<RoomId> room = ParseRoomId(room_id, violations);
  CheckSeq("seq", seq, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  reader_.ListMessages({caller.tenant(), *room}, caller.asker(), {.seq = seq, .from = 1},
                       caller.deadline(),
                       UnlessNotFound(Then(std::move(done), [seq](MessagePage page, auto& answer) {
                         if (page.messages.empty() || page.messages.front().seq != seq) {
                           return answer(MessageNotFoundError());
                         }
                         answer(std::move(page.messages.front()));
                       })));
}

void Messages::BatchGet(const TenantCaller& caller, const v1::BatchGetMessagesRequest& request,
                        Callback<std::vector<Message>> done) {
  FieldViolations violations;
  const std::optional<RoomId> room = ParseRoomId(request.room_id(), violations);
  const std::vector<uint64_t> seqs(request.seqs().begin(), request.seqs().end());
  if (seqs.empty() || seqs.size() > kMaxBatch) {
    violations.Add("seqs", absl::StrCat("must be 1 to ", kMaxBatch, " messages"));
  } else if (std::find(seqs.begin(), seqs.end(), uint64_t{0}) != seqs.end()) {
    violations.Add("seqs", "must each be at least 1");
  }
  if (!violations.empty()) return done(violations.ToStatus());
  reader_.ListMessagesAt({caller.tenant(), *room}, caller.asker(), seqs, caller.deadline(),
                         UnlessNotFound(Then(std::move(done), [](MessagePage page, auto& answer) {
                           answer(std::move(page.messages));
                         })));
}

void Messages::ListPinned(const TenantCaller& caller, const v1::ListPinnedMessagesRequest& request,
                          Callback<Page<Message>> done) {
  FieldViolations violations;
  const std::optional<RoomId> room = ParseRoomId(request.room_id(), violations);
  const Pager<uint64_t> pager(caller, request, kPinnedPageSizes, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  reader_.ListPinned({caller.tenant(), *room}, caller.asker(),
                     pager.After<uint64_t>().value_or(kMaxSeq), pager.size(), caller.deadline(),
                     UnlessNotFound(Then(std::move(done), [pager](MessagePage found, auto& answer) {
                       Page<Message> page{.entries = std::move(found.messages),
                                          .next_page_token = {}};
                       if (found.has_earlier)
                         page.next_page_token = pager.TokenAfter(page.entries.back().seq);
                       answer(std::move(page));
                     })));
}

void Messages::ListReactions(const TenantCaller& caller, const v1::ListReactionsRequest& request,
                             Callback<Page<Reaction>> done) {
  FieldViolations violations;
  const std::optional<RoomId> room = ParseRoomId(request.room_id(), violations);
  CheckSeq("seq", request.seq(), violations);
  const Pager<absl::Time, std::string, std::string> pager(caller, request, kReactionPageSizes,
                                                          violations);
  if (!violations.empty()) return done(violations.ToStatus());
  reader_.ListReactions(
      {caller.tenant(), *room}, caller.asker(), request.seq(), pager.After<Reaction>(),
      pager.limit(), caller.deadline(),
      Then(std::move(done), [pager](std::optional<std::vector<Reaction>> reactions, auto& answer) {
        if (!reactions.has_value()) return answer(RoomNotFoundError());
        answer(pager.Cut(*std::move(reactions), [](const Reaction& last) {
          return std::tuple(last.created_at, last.reaction, last.user_id);
        }));
      }));
}

void Messages::ListEdits(const TenantCaller& caller, const v1::ListEditsRequest& request,
                         Callback<Page<Edit>> done) {
  FieldViolations violations;
  const std::optional<RoomId> room = ParseRoomId(request.room_id(), violations);
  CheckSeq("seq", request.seq(), violations);
  const Pager<uint64_t> pager(caller, request, kEditPageSizes, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  reader_.ListEdits(
      {caller.tenant(), *room}, caller.asker(), request.seq(), pager.After<uint64_t>().value_or(0),
      pager.limit(), caller.deadline(),
      Then(std::move(done), [pager](store::EventReader::EditPage found, auto& answer) {
        if (!found.room_found) return answer(RoomNotFoundError());
        if (!found.message_found) return answer(MessageNotFoundError());
        answer(pager.Cut(std::move(found.edits), [](const Edit& last) { return last.seq; }));
      }));
}

}  // namespace chatter::rooms
