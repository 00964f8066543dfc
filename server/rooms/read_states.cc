#include "server/rooms/read_states.h"

#include <optional>
#include <utility>

#include "server/model/errors.h"
#include "server/model/limits.h"
#include "server/model/validate.h"
#include "server/rooms/walks.h"

namespace chatter::rooms {
namespace {

using store::ReadStateStore;

// Its own, not a caller's: one in a hurry must not fail the others.
constexpr absl::Duration kCountTimeout = absl::Seconds(5);

// Whose mark in which room.
absl::StatusOr<RoomKey> CheckRequest(const UserCaller& caller, std::string_view room_id,
                                     uint64_t seq) {
  FieldViolations violations;
  const std::optional<RoomId> room = ParseRoomId(room_id, violations);
  if (seq == 0) violations.Add("seq", "must be at least 1");
  if (!violations.empty()) return violations.ToStatus();
  return RoomKey{caller.tenant(), *room};
}

Callback<std::optional<ReadStateStore::Marks>> Answer(const RoomKey& room,
                                                      const std::string& user_id,
                                                      Callback<ReadStates::Moved> done) {
  return Then(std::move(done), [room, user_id](const std::optional<ReadStateStore::Marks>& marks,
                                               auto& answer) {
    if (!marks.has_value()) return answer(RoomNotFoundError());
    answer(ReadStates::Moved{
        .room = room,
        .user_id = user_id,
        .marks = *marks,
        .others_told = marks->others_are_told && marks->member_count <= limits::kToldRoomMembers});
  });
}

}  // namespace

void ReadStates::MarkRead(const UserCaller& caller, std::string_view room_id, uint64_t seq,
                          bool silent, SteadyTime deadline, Callback<Moved> done) {
  Advance(caller, room_id, seq, {.read_seq = seq, .shown = !silent}, deadline, std::move(done));
}

void ReadStates::MarkDelivered(const UserCaller& caller, std::string_view room_id, uint64_t seq,
                               SteadyTime deadline, Callback<Moved> done) {
  Advance(caller, room_id, seq, {.delivered_seq = seq}, deadline, std::move(done));
}

void ReadStates::Advance(const UserCaller& caller, std::string_view room_id, uint64_t seq,
                         const ReadStateStore::Move& move, SteadyTime deadline,
                         Callback<Moved> done) {
  const auto room = CheckRequest(caller, room_id, seq);
  if (!room.ok()) return done(room.status());
  const std::string& user_id = caller.user_id();
  store_.Advance(*room, user_id, move, deadline, Answer(*room, user_id, std::move(done)));
}

void ReadStates::MarkUnread(const UserCaller& caller, std::string_view room_id, uint64_t seq,
                            SteadyTime deadline, Callback<Moved> done) {
  const auto room = CheckRequest(caller, room_id, seq);
  if (!room.ok()) return done(room.status());
  const std::string& user_id = caller.user_id();
  store_.TakeBack(*room, user_id, seq, deadline, Answer(*room, user_id, std::move(done)));
}

void ReadStates::Count(const UserCaller& caller, Callback<ReadStateStore::Unread> done) {
  const UserKey user{caller.tenant(), caller.user_id()};
  {
    MutexLock lock(mu_);
    CountWaiters& waiters = waiting_[user];
    if (waiters.size() < kMaxWaiters) {
      waiters.push_back(std::move(done));
      done = nullptr;
      if (waiters.size() > 1) return;
    }
  }
  if (done) return done(TooManyWalksError());
  walks_.Enter(WalkGroup(user), [this, user](auto pass) { CountNow(user, std::move(pass)); });
}

void ReadStates::CountNow(const UserKey& user, std::optional<Turnstile::Pass> pass) {
  CountWaiters waiters;
  {
    MutexLock lock(mu_);
    const auto found = waiting_.find(user);
    waiters = std::move(found->second);
    waiting_.erase(found);
  }
  if (!pass.has_value()) {
    for (auto& waiter : waiters) waiter(TooManyWalksError());
    return;
  }
  store_.Count(user.tenant, user.user_id, SteadyTime::Now() + kCountTimeout,
               [waiters = std::move(waiters), pass = std::move(pass)](
                   const absl::StatusOr<ReadStateStore::Unread>& unread) mutable {
                 pass.reset();
                 for (auto& waiter : waiters) waiter(unread);
               });
}

}  // namespace chatter::rooms
