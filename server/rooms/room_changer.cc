#include "server/rooms/room_changer.h"

#include <optional>
#include <utility>

#include "server/model/errors.h"
#include "server/model/validate.h"

namespace chatter::rooms {
namespace {

using store::RoomChange;
using store::RoomState;

constexpr int kMaxTries = 10;

std::vector<std::string> IdsOf(const std::vector<Member>& members) {
  std::vector<std::string> ids;
  for (const Member& member : members) ids.push_back(member.user_id);
  return ids;
}

}  // namespace

struct RoomChanger::Attempt {
  RoomKey room;
  store::Actor actor;
  SteadyTime deadline;
  Change change;
  Callback<Changed> done;
  int tries = 0;
};

void RoomChanger::Run(const TenantCaller& caller, std::string_view room_id,
                      FieldViolations violations, Change change, Callback<Changed> done) {
  const std::optional<RoomId> room = ParseRoomId(room_id, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  Try(std::make_shared<Attempt>(Attempt{.room = {caller.tenant(), *room},
                                        .actor = store::Actor::Of(caller),
                                        .deadline = caller.deadline(),
                                        .change = std::move(change),
                                        .done = std::move(done)}));
}

void RoomChanger::Try(const std::shared_ptr<Attempt>& attempt) {
  if (++attempt->tries > kMaxTries) return attempt->done(ConflictError());
  store_.Read(attempt->room, attempt->actor.asker, attempt->change.named, attempt->deadline,
              [this, attempt](absl::StatusOr<std::optional<RoomState>> state) {
                if (!state.ok()) return attempt->done(std::move(state).status());
                if (!state->has_value()) return attempt->done(RoomNotFoundError());
                ChangeOrError change = attempt->change.rule(**state);
                if (!change.ok()) return attempt->done(std::move(change).status());
                if (change->events.empty()) return attempt->done(Changed{});
                Store(attempt, (*state)->version, *std::move(change));
              });
}

void RoomChanger::Store(const std::shared_ptr<Attempt>& attempt, int64_t version,
                        RoomChange change) {
  Changed changed{.added = IdsOf(change.added), .removed = change.removed};
  store_.Store(attempt->room, version, std::move(change), attempt->actor, attempt->deadline,
               [this, attempt, changed = std::move(changed)](
                   absl::StatusOr<std::vector<RoomEvent>> events) mutable {
                 if (!events.ok()) return attempt->done(std::move(events).status());
                 if (events->empty()) return Try(attempt);
                 Publish(attempt->room, *std::move(events), changed.added);
                 attempt->done(std::move(changed));
               });
}

void RoomChanger::Publish(const RoomKey& room, std::vector<RoomEvent> events,
                          const std::vector<std::string>& added) {
  const uint64_t seq = events.back().seq;
  bus::Commit commit;
  commit.push_back({room, std::move(events)});
  bus_.Publish(std::move(commit));
  if (!added.empty()) {
    bus_.Publish(
        bus::RoomJoined{.tenant = room.tenant, .room = room.room, .seq = seq, .user_ids = added});
  }
}

}  // namespace chatter::rooms
