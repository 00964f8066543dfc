#include "server/rooms/message_changer.h"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "server/model/reaction.h"
#include "server/model/validate.h"

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

struct MessageChanger::Attempt {
  RoomKey room;
  store::Actor actor;
  SteadyTime deadline;
  uint64_t seq;
  MessageAction action;
  store::EventContent event;
  StatusCallback done;
  int tries = 0;

  bool deletes() const { return std::holds_alternative<v1::MessageDeleted>(event); }
};

void MessageChanger::Edit(const TenantCaller& caller, const MessagePlace& place, std::string text,
                          StatusCallback done) {
  FieldViolations violations;
  AddProblem("text", TextProblem(text), violations);
  auto event = About<v1::MessageEdited>(place);
  event.set_text(std::move(text));
  Run(caller, place, std::move(violations), MessageAction::kRewrite, std::move(event),
      std::move(done));
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
  const std::optional<RoomId> room = ParseRoomId(place.room_id, violations);
  if (place.seq == 0) violations.Add("seq", "must be at least 1");
  if (!violations.empty()) return done(violations.ToStatus());
  const auto attempt = std::make_shared<Attempt>(Attempt{.room = {caller.tenant(), *room},
                                                         .actor = store::Actor::Of(caller),
                                                         .deadline = caller.deadline(),
                                                         .seq = place.seq,
                                                         .action = action,
                                                         .event = std::move(event),
                                                         .done = std::move(done)});
  settings_.RequireOfUser(caller, FeatureOf(attempt->event), [this, attempt](absl::Status wanted) {
    if (!wanted.ok()) return attempt->done(std::move(wanted));
    Try(attempt);
  });
}

void MessageChanger::Try(const std::shared_ptr<Attempt>& attempt) {
  if (++attempt->tries > kMaxTries) return attempt->done(ConflictError());
  store_.Read(
      attempt->room, attempt->actor.asker, attempt->seq, attempt->deadline,
      [this, attempt](absl::StatusOr<std::optional<MessageState>> state) {
        if (!state.ok()) return attempt->done(std::move(state).status());
        if (!state->has_value()) return attempt->done(RoomNotFoundError());
        const MessageState& message = **state;
        absl::Status allowed = CheckMessageAction(message, attempt->actor.asker, attempt->action);
        if (!allowed.ok()) return attempt->done(std::move(allowed));
        if (message.deleted) {
          return attempt->done(attempt->deletes() ? absl::OkStatus() : MessageNotFoundError());
        }
        Store(attempt, message.version);
      });
}

void MessageChanger::Store(const std::shared_ptr<Attempt>& attempt, int64_t version) {
  store_.Store(attempt->room, version, attempt->seq, attempt->event, attempt->actor,
               attempt->deadline, [this, attempt](absl::StatusOr<MessageChanges::Outcome> outcome) {
                 if (!outcome.ok()) return attempt->done(std::move(outcome).status());
                 // Somebody has changed the room, or deleted the message: look again.
                 if (!outcome->current || !outcome->found) return Try(attempt);
                 if (outcome->too_many_reactions) return attempt->done(TooManyReactionsError());
                 if (outcome->event.has_value()) {
                   Publish(attempt->room, *std::move(outcome->event));
                 }
                 attempt->done(absl::OkStatus());
               });
}

void MessageChanger::Publish(const RoomKey& room, RoomEvent event) {
  bus::Commit commit(1, {room, {}});
  commit.front().events.push_back(std::move(event));
  bus_.Publish(std::move(commit));
}

}  // namespace chatter::rooms
