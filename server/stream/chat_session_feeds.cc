// Between a session and its feeds: their beginning, what they are told, and what they ask for.
#include <utility>
#include <variant>

#include "absl/random/random.h"
#include "server/model/errors.h"
#include "server/rooms/walks.h"
#include "server/stream/chat_session.h"
#include "server/stream/opening.h"
#include "server/wire/encode.h"

namespace chatter::stream {
namespace {

constexpr absl::Duration kLoadTimeout = absl::Seconds(10);

// What clients wait at least, drawn by lot: many streams end at once.
absl::Duration Pause() {
  thread_local absl::BitGen random;
  return absl::Milliseconds(absl::Uniform(random, 0, 1'000));
}

absl::Status EpochEndedError() {
  return MakeRetryableError(
      absl::StatusCode::kUnavailable, v1::ERROR_REASON_EPOCH_ENDED,
      "The tenant's logs have gone back. Connect again with your cursors and their epoch.",
      Pause());
}

}  // namespace

void ChatSession::OnOpen(const v1::Open& open) {
  auto opening = ParseOpen(open, options_);
  if (!opening.ok()) return Fail(opening.status());
  {
    MutexLock lock(mu_);
    watched_while_loading_ = std::move(opening->watched);
  }
  deps_.presence.Open(shared_from_this(), user_key(), PresenceRole());
  // First this, then the list: a room that is made in between is heard of in one way or the other.
  deps_.hub.FollowUser(user_key(), shared_from_this());
  deps_.walks.Enter(rooms::WalkGroup(user_key()),
                    [self = shared_from_this(), cursors = std::move(opening->cursors),
                     deadline = SteadyTime::Now() + kLoadTimeout](auto pass) mutable {
                      self->LoadRooms(std::move(cursors), deadline, std::move(pass));
                    });
}

void ChatSession::LoadRooms(Cursors cursors, SteadyTime deadline,
                            std::optional<Turnstile::Pass> pass) {
  if (!pass.has_value()) return Fail(rooms::TooManyWalksError());
  {
    MutexLock lock(mu_);
    if (state_ != State::kLoading) return;  // the client has left meanwhile
  }
  deps_.rooms.ListHeads(
      caller_.tenant(), caller_.user_id(), options_.max_rooms, options_.max_opened_rooms, deadline,
      [self = shared_from_this(), cursors = std::move(cursors), pass = std::move(pass)](
          const absl::StatusOr<store::RoomStore::Memberships>& memberships) mutable {
        pass.reset();
        self->OnRoomsLoaded(cursors, memberships);
      });
}

void ChatSession::OnRoomsLoaded(const Cursors& cursors,
                                const absl::StatusOr<store::RoomStore::Memberships>& memberships) {
  if (!memberships.ok()) return Fail(memberships.status());
  std::vector<std::string> watched;
  Actions actions;
  {
    MutexLock lock(mu_);
    if (state_ != State::kLoading) return;
    if (feeds_.Enter(memberships->epoch)) {
      state_ = State::kOpen;
      --in_hand_;
      outbox_.AddFirm(wire::Encode(MakeOpened(caller_.user_id(), *memberships, cursors, options_)));
      for (const v1::ServerEvent& reply : std::exchange(early_replies_, {})) {
        outbox_.AddReply(wire::Encode(reply));
      }
      watched = std::exchange(watched_while_loading_, {});
      feeds_.Open(memberships->rooms, cursors);
    }
    actions = feeds_.TakeActions();
  }
  if (!watched.empty()) deps_.presence.Watch(shared_from_this(), std::move(watched));
  CarryOut(actions);
  NotifyOutput();
}

// ---- What the feeds are told ----

void ChatSession::OnLevel(live::Ticket ticket, live::Flushes& flushes) {
  Actions actions;
  {
    MutexLock lock(mu_);
    if (state_ == State::kEnding) return;
    if (feeds_.OnLevel(ticket)) AskForFlush(flushes);
    actions = feeds_.TakeActions();
  }
  CarryOut(actions);
}

void ChatSession::OnBehind(live::Ticket ticket) {
  Actions actions;
  {
    MutexLock lock(mu_);
    if (state_ != State::kOpen) return;
    feeds_.OnBehind(ticket);
    actions = feeds_.TakeActions();
  }
  CarryOut(actions);
}

void ChatSession::OnOtherEpoch() { Fail(EpochEndedError()); }

void ChatSession::OnRoomEvents(live::Ticket ticket, const std::vector<EncodedRun>& runs,
                               live::Flushes& flushes) {
  Actions actions;
  {
    MutexLock lock(mu_);
    if (state_ != State::kOpen || !feeds_.OnEvents(ticket, runs)) return;
    AskForFlush(flushes);
    actions = feeds_.TakeActions();
  }
  CarryOut(actions);
}

void ChatSession::OnNotice(live::Ticket ticket, const std::string& user_id,
                           const EncodedEvent& notice, live::Flushes& flushes) {
  if (user_id == caller_.user_id()) return;
  MutexLock lock(mu_);
  if (state_ == State::kOpen && feeds_.OnNotice(ticket, notice)) AskForFlush(flushes);
}

void ChatSession::OnRoomJoined(const RoomId& room, uint64_t seq) {
  Actions actions;
  {
    MutexLock lock(mu_);
    if (has_ended()) return;
    feeds_.OnRoomJoined(room, seq);
    actions = feeds_.TakeActions();
  }
  CarryOut(actions);
}

void ChatSession::OnEpoch(const Epoch& epoch) {
  Actions actions;
  {
    MutexLock lock(mu_);
    feeds_.OnEpoch(epoch);
    actions = feeds_.TakeActions();
  }
  CarryOut(actions);
}

void ChatSession::OnPage(const absl::StatusOr<live::LogPages::PagePtr>& page) {
  // A stream that can't be fed had better end: its client will resume with its cursors.
  if (!page.ok()) return Fail(page.status());
  Actions actions;
  {
    MutexLock lock(mu_);
    if (state_ != State::kOpen) return;
    feeds_.OnPage(**page);
    actions = feeds_.TakeActions();
  }
  CarryOut(actions);
  NotifyOutput();
}

// ---- What the feeds ask for ----

void ChatSession::CarryOut(const Actions& actions) {
  for (const Action& action : actions) {
    std::visit([this](const auto& one) { CarryOut(one); }, action);
  }
}

void ChatSession::CarryOut(const action::Follow& follow) {
  deps_.hub.Follow(KeyOf(follow.room), follow.next_seq, follow.epoch, shared_from_this(),
                   follow.ticket);
}

void ChatSession::CarryOut(const action::Unfollow& unfollow) {
  deps_.hub.Unfollow(KeyOf(unfollow.room), shared_from_this(), unfollow.ticket);
}

void ChatSession::CarryOut(const action::Read& read) {
  deps_.pages.Read(
      KeyOf(read.room), read.after_seq, read.epoch,
      [self = shared_from_this()](const absl::StatusOr<live::LogPages::PagePtr>& page) {
        self->OnPage(page);
      });
}

void ChatSession::CarryOut(const action::EndEpoch&) { Fail(EpochEndedError()); }

}  // namespace chatter::stream
