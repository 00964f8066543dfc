#include "server/rooms/threads.h"

#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "server/model/errors.h"
#include "server/model/message_size.h"
#include "server/model/validate.h"
#include "server/rooms/walks.h"

namespace chatter::rooms {
namespace {

using store::ThreadStore;
using FollowedThread = ThreadStore::FollowedThread;

constexpr PageSizes kPageSizes{.if_zero = 20, .max = 100};

// Which thread a request is about.
template <typename Request>
std::optional<ThreadStore::Place> ParsePlace(const UserCaller& caller, const Request& request,
                                             FieldViolations& violations) {
  const std::optional<RoomId> room = ParseRoomId(request.room_id(), violations);
  if (request.thread_seq() == 0) violations.Add("thread_seq", "must be at least 1");
  if (!room.has_value()) return std::nullopt;
  return ThreadStore::Place{.room = {caller.tenant(), *room}, .thread_seq = request.thread_seq()};
}

template <typename Request>
void SetFollows(ThreadStore& store, const UserCaller& caller, const Request& request, bool follows,
                StatusCallback done) {
  FieldViolations violations;
  const auto place = ParsePlace(caller, request, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  store.SetFollows(
      *place, caller.user_id(), follows, caller.deadline(),
      [done = std::move(done)](const absl::StatusOr<std::optional<bool>>& found) mutable {
        if (!found.ok()) return done(found.status());
        if (!found->has_value()) return done(RoomNotFoundError());
        done(**found ? absl::OkStatus() : MessageNotFoundError());
      });
}

}  // namespace

void Threads::List(const UserCaller& caller, const v1::ListThreadsRequest& request,
                   Callback<Page<FollowedThread>> done) {
  FieldViolations violations;
  std::optional<RoomId> room;
  if (!request.room_id().empty()) room = ParseRoomId(request.room_id(), violations);
  const Pager<absl::Time, RoomId, uint64_t> pager(caller, request, kPageSizes, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  walks_.Enter(
      WalkGroup({caller.tenant(), caller.user_id()}),
      [this, caller, room, pager,
       done = std::move(done)](std::optional<Turnstile::Pass> pass) mutable {
        if (!pass.has_value()) return done(TooManyWalksError());
        store_.List(
            caller.tenant(), caller.user_id(), room, pager.After<ThreadStore::ListPosition>(),
            pager.limit(), caller.deadline(),
            Then(std::move(done), [pager, pass = std::move(pass)](
                                      std::vector<FollowedThread> threads, auto& answer) mutable {
              pass.reset();
              const auto place_of = [](const FollowedThread& last) {
                return std::tuple(last.last_reply_at, last.root.room_id, last.root.seq);
              };
              const auto bytes_of = [](const FollowedThread& thread) {
                return BytesOf(thread.root);
              };
              answer(pager.Cut(std::move(threads), place_of, bytes_of));
            }));
      });
}

void Threads::MarkRead(const UserCaller& caller, const v1::MarkThreadReadRequest& request,
                       Callback<uint64_t> done) {
  FieldViolations violations;
  const auto place = ParsePlace(caller, request, violations);
  if (request.seq() == 0) violations.Add("seq", "must be at least 1");
  if (!violations.empty()) return done(violations.ToStatus());
  store_.MarkRead(
      *place, caller.user_id(), request.seq(), caller.deadline(),
      Then(std::move(done), [](const std::optional<ThreadStore::Mark>& mark, auto& answer) {
        if (!mark.has_value()) return answer(RoomNotFoundError());
        if (!mark->found) return answer(MessageNotFoundError());
        answer(mark->read_seq);
      }));
}

void Threads::Follow(const UserCaller& caller, const v1::FollowThreadRequest& request,
                     StatusCallback done) {
  SetFollows(store_, caller, request, true, std::move(done));
}

void Threads::Unfollow(const UserCaller& caller, const v1::UnfollowThreadRequest& request,
                       StatusCallback done) {
  SetFollows(store_, caller, request, false, std::move(done));
}

}  // namespace chatter::rooms
