#include "server/chat/read_states.h"

#include <optional>
#include <utility>

#include "server/chat/permissions.h"
#include "server/chat/validate.h"
#include "server/model/errors.h"
#include "server/model/limits.h"

namespace chatter::chat {
namespace {

using store::ReadStateStore;

// Whose mark in which room.
absl::StatusOr<RoomKey> CheckRequest(const Caller& caller, std::string_view room_id, uint64_t seq) {
  if (absl::Status status = RequireUser(caller); !status.ok()) return status;
  FieldViolations violations;
  const std::optional<RoomId> room = ParseRoomId(room_id, violations);
  if (seq == 0) violations.Add("seq", "must be at least 1");
  if (!violations.empty()) return violations.ToStatus();
  return RoomKey{*caller.tenant, *room};
}

Callback<std::optional<ReadStateStore::Marks>> Answer(const RoomKey& room,
                                                      const std::string& user_id,
                                                      Callback<ReadStates::Moved> done) {
  return [room, user_id, done = std::move(done)](
             absl::StatusOr<std::optional<ReadStateStore::Marks>> marks) mutable {
    if (!marks.ok()) return done(std::move(marks).status());
    if (!marks->has_value()) return done(RoomNotFoundError());
    done(ReadStates::Moved{.room = room,
                           .user_id = user_id,
                           .marks = **marks,
                           .others_told = (*marks)->others_are_told &&
                                          (*marks)->member_count <= limits::kToldRoomMembers});
  };
}

}  // namespace

void ReadStates::MarkRead(const Caller& caller, std::string_view room_id, uint64_t seq, bool silent,
                          absl::Time deadline, Callback<Moved> done) {
  Advance(caller, room_id, seq, {.read_seq = seq, .shown = !silent}, deadline, std::move(done));
}

void ReadStates::MarkDelivered(const Caller& caller, std::string_view room_id, uint64_t seq,
                               absl::Time deadline, Callback<Moved> done) {
  Advance(caller, room_id, seq, {.delivered_seq = seq}, deadline, std::move(done));
}

void ReadStates::Advance(const Caller& caller, std::string_view room_id, uint64_t seq,
                         const ReadStateStore::Move& move, absl::Time deadline,
                         Callback<Moved> done) {
  const auto room = CheckRequest(caller, room_id, seq);
  if (!room.ok()) return done(room.status());
  const std::string& user_id = caller.principal.user_id;
  store_.Advance(*room, user_id, move, deadline, Answer(*room, user_id, std::move(done)));
}

void ReadStates::MarkUnread(const Caller& caller, std::string_view room_id, uint64_t seq,
                            absl::Time deadline, Callback<Moved> done) {
  const auto room = CheckRequest(caller, room_id, seq);
  if (!room.ok()) return done(room.status());
  const std::string& user_id = caller.principal.user_id;
  store_.TakeBack(*room, user_id, seq, deadline, Answer(*room, user_id, std::move(done)));
}

void ReadStates::Count(const Caller& caller, Callback<ReadStateStore::Unread> done) {
  if (absl::Status status = RequireUser(caller); !status.ok()) return done(std::move(status));
  store_.Count(*caller.tenant, caller.principal.user_id, caller.deadline, std::move(done));
}

}  // namespace chatter::chat
