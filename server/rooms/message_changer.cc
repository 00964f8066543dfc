#include "server/rooms/message_changer.h"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "server/model/reaction.h"
#include "server/model/validate.h"
#include "server/rooms/message_edits.h"

namespace chatter::rooms {
namespace {

using store::MessageChanges;
using store::MessageState;

constexpr int kMaxTries = 10;

absl::Status TooManyReactionsError() {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_TOO_MANY_REACTIONS,
      "The message has as many different reactions as it may have. Choose one of them.");
}

// What a tenant may not want its users to do.
std::optional<Feature> FeatureOf(const store::EventContent& event) {
  if (std::holds_alternative<v1::MessageEdited>(event)) return Feature::kEditing;
  if (std::holds_alternative<v1::MessageDeleted>(event)) return Feature::kDeleting;
  if (std::holds_alternative<v1::ReactionAdded>(event)) return Feature::kReactions;
  return std::nullopt;
}

template <typename Event>
Event About(const MessagePlace& place) {
  Event event;
  event.set_seq(place.seq);
  return event;
}

}  // namespace

struct MessageChanger::Wish {
  MessageAction action;
  store::EventContent event;
  std::optional<MessageEdit> edit;  // the event is made of it, and of what the message holds
  Callback<uint64_t> done;          // of an edit: which one the message holds then

  bool deletes() const { return std::holds_alternative<v1::MessageDeleted>(event); }
};

struct MessageChanger::Attempt {
  RoomKey room;
  store::Actor actor;
  SteadyTime deadline;
  uint64_t seq;
  Wish wish;
  int tries = 0;

  // Whether the message is as an edit wants it.
  bool HoldsAlready(const MessageState& message) const {
    if (!wish.edit.has_value() || !message.content.has_value()) return false;
    const auto edited = DecideEdit(*wish.edit, *message.content, actor);
    return edited.ok() && !edited->has_value();
  }
};

void MessageChanger::Edit(const TenantCaller& caller, const v1::EditMessageRequest& request,
                          Callback<uint64_t> done) {
  FieldViolations violations;
  MessageEdit edit = ParseEdit(request, violations);
  Begin(caller, {.room_id = request.room_id(), .seq = request.seq()}, std::move(violations),
        {.action = MessageAction::kRewrite,
         .event = v1::MessageEdited(),
         .edit = std::move(edit),
         .done = std::move(done)});
}

void MessageChanger::Delete(const TenantCaller& caller, const MessagePlace& place,
                            StatusCallback done) {
  Run(caller, place, {}, MessageAction::kRewrite, About<v1::MessageDeleted>(place),
      std::move(done));
}

void MessageChanger::AddReaction(const UserCaller& caller, const MessagePlace& place,
                                 std::string reaction, StatusCallback done) {
  FieldViolations violations;
  reaction = NormalReaction(reaction);
  AddProblem("reaction", ReactionProblem(reaction), violations);
  auto event = About<v1::ReactionAdded>(place);
  event.set_reaction(std::move(reaction));
  Run(caller, place, std::move(violations), MessageAction::kReact, std::move(event),
      std::move(done));
}

void MessageChanger::RemoveReaction(const UserCaller& caller, const MessagePlace& place,
                                    std::string reaction, StatusCallback done) {
  FieldViolations violations;
  reaction = NormalReaction(reaction);
  AddProblem("reaction", ReactionProblem(reaction), violations);
  auto event = About<v1::ReactionRemoved>(place);
  event.set_reaction(std::move(reaction));
  Run(caller, place, std::move(violations), MessageAction::kReact, std::move(event),
      std::move(done));
}

void MessageChanger::Pin(const TenantCaller& caller, const MessagePlace& place,
                         StatusCallback done) {
  Run(caller, place, {}, MessageAction::kPin, About<v1::MessagePinned>(place), std::move(done));
}

void MessageChanger::Unpin(const TenantCaller& caller, const MessagePlace& place,
                           StatusCallback done) {
  Run(caller, place, {}, MessageAction::kPin, About<v1::MessageUnpinned>(place), std::move(done));
}

void MessageChanger::Run(const TenantCaller& caller, const MessagePlace& place,
                         FieldViolations violations, MessageAction action,
                         store::EventContent event, StatusCallback done) {
  Begin(caller, place, std::move(violations),
        {.action = action,
         .event = std::move(event),
         .edit = {},
         .done = [done = std::move(done)](const absl::StatusOr<uint64_t>& result) mutable {
           done(result.status());
         }});
}

void MessageChanger::Begin(const TenantCaller& caller, const MessagePlace& place,
                           FieldViolations violations, Wish wish) {
  const std::optional<RoomId> room = ParseRoomId(place.room_id, violations);
  if (place.seq == 0) violations.Add("seq", "must be at least 1");
  if (!violations.empty()) return wish.done(violations.ToStatus());
  const auto attempt = std::make_shared<Attempt>(Attempt{.room = {caller.tenant(), *room},
                                                         .actor = store::Actor::Of(caller),
                                                         .deadline = caller.deadline(),
                                                         .seq = place.seq,
                                                         .wish = std::move(wish)});
  settings_.RequireOfUser(caller, FeatureOf(attempt->wish.event),
                          [this, attempt](absl::Status wanted) {
                            if (!wanted.ok()) return attempt->wish.done(std::move(wanted));
                            Try(attempt);
                          });
}

void MessageChanger::Try(const std::shared_ptr<Attempt>& attempt) {
  if (++attempt->tries > kMaxTries) return attempt->wish.done(ConflictError());
  auto decide = [this, attempt](absl::StatusOr<std::optional<MessageState>> state) {
    if (!state.ok()) return attempt->wish.done(std::move(state).status());
    if (!state->has_value()) return attempt->wish.done(RoomNotFoundError());
    Decide(attempt, **state);
  };
  if (attempt->wish.edit.has_value()) {
    store_.ReadWithContent(attempt->room, attempt->actor.asker, attempt->seq, attempt->deadline,
                           std::move(decide));
  } else {
    store_.Read(attempt->room, attempt->actor.asker, attempt->seq, attempt->deadline,
                std::move(decide));
  }
}

void MessageChanger::Decide(const std::shared_ptr<Attempt>& attempt, const MessageState& message) {
  absl::Status allowed = CheckMessageAction(message, attempt->actor.asker, attempt->wish.action);
  // The retry of an edit may come when the time for it is over.
  const bool late = ReasonOf(allowed) == v1::ERROR_REASON_REWRITE_WINDOW_OVER;
  if (!allowed.ok() && !(late && attempt->HoldsAlready(message))) {
    return attempt->wish.done(std::move(allowed));
  }
  if (message.deleted) {
    if (!attempt->wish.deletes()) return attempt->wish.done(MessageNotFoundError());
    return attempt->wish.done(0);
  }
  if (attempt->wish.edit.has_value()) {
    if (!message.content.has_value()) return Try(attempt);  // it is being deleted
    auto edited = DecideEdit(*attempt->wish.edit, *message.content, attempt->actor);
    if (!edited.ok()) return attempt->wish.done(std::move(edited).status());
    if (!edited->has_value()) return attempt->wish.done(message.content->edit_seq);
    attempt->wish.event = **std::move(edited);
  }
  Store(attempt, message);
}

void MessageChanger::Store(const std::shared_ptr<Attempt>& attempt, const MessageState& message) {
  store_.Store(attempt->room, message, attempt->seq, attempt->wish.event, attempt->actor,
               attempt->deadline, [this, attempt](absl::StatusOr<MessageChanges::Outcome> outcome) {
                 if (!outcome.ok()) return attempt->wish.done(std::move(outcome).status());
                 // Somebody has changed the room or the message, or deleted it: look again.
                 if (!outcome->current || !outcome->found) return Try(attempt);
                 if (outcome->too_many_reactions)
                   return attempt->wish.done(TooManyReactionsError());
                 if (!outcome->event.has_value()) return attempt->wish.done(0);
                 const uint64_t seq = outcome->event->seq;
                 Publish(attempt->room, *std::move(outcome->event));
                 attempt->wish.done(seq);
               });
}

void MessageChanger::Publish(const RoomKey& room, RoomEvent event) {
  bus::Commit commit(1, {room, {}});
  commit.front().events.push_back(std::move(event));
  bus_.Publish(std::move(commit));
}

}  // namespace chatter::rooms
