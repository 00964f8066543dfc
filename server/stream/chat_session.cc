#include "server/stream/chat_session.h"

#include <utility>

#include "server/model/errors.h"
#include "server/stream/opening.h"
#include "server/wire/convert.h"
#include "server/wire/encode.h"

namespace chatter::stream {
namespace {

constexpr size_t kMaxHeartbeatHeads = 1'000;

}  // namespace

ChatSession::ChatSession(const ChatOptions& options, const ChatDeps& deps, const UserCaller& caller,
                         std::weak_ptr<Transport> transport, std::shared_ptr<LiveBytes> live_bytes)
    : options_(options),
      deps_(deps),
      caller_(caller),
      begun_at_(deps.clock.Steady()),
      transport_(std::move(transport)),
      outbox_(options.max_live_bytes, std::move(live_bytes)),
      feeds_(caller.user_id(), static_cast<size_t>(options.max_rooms), outbox_),
      next_heartbeat_(begun_at_ + options.heartbeat_interval) {}

// ---- Output ----

void ChatSession::AskForFlush(live::Flushes& flushes) {
  if (!std::exchange(flush_asked_, true)) flushes.push_back(shared_from_this());
}

void ChatSession::OnUserNotice(const EncodedEvent& notice, live::Flushes& flushes) {
  MutexLock lock(mu_);
  if (state_ != State::kOpen) return;
  outbox_.AddMomentary(notice);
  AskForFlush(flushes);
}

void ChatSession::Flush() {
  {
    MutexLock lock(mu_);
    flush_asked_ = false;
  }
  NotifyOutput();
}

void ChatSession::NotifyOutput() {
  if (const auto transport = transport_.lock()) transport->OnOutput();
}

bool ChatSession::CanRead() {
  MutexLock lock(mu_);
  if (has_ended()) return false;
  held_back_ = !HasRoom();
  return !held_back_;
}

// From a client that sends commands and reads no replies, nothing more is read.
bool ChatSession::HasRoom() const {
  const int replies = static_cast<int>(early_replies_.size()) + outbox_.replies();
  return in_hand_ < options_.max_commands_in_hand && replies < options_.max_commands_in_hand;
}

void ChatSession::TellOfRoom() {
  if (const auto transport = transport_.lock()) transport->OnRoom();
}

std::vector<EncodedEvent> ChatSession::TakeFrame() {
  std::vector<EncodedEvent> frame;
  Actions actions;
  bool has_room;
  bool repeat_presence;
  {
    MutexLock lock(mu_);
    frame = outbox_.Take(options_.max_frame_bytes);
    has_room = HasRoom() && std::exchange(held_back_, false);
    feeds_.OnWritten(/*has_more=*/!frame.empty());
    actions = feeds_.TakeActions();
    // The client has room again: the newest state will do.
    repeat_presence = state_ == State::kOpen && outbox_.TakePresenceLost();
  }
  CarryOut(actions);
  if (repeat_presence) deps_.presence.Repeat(shared_from_this());
  if (has_room) TellOfRoom();
  return frame;
}

std::optional<absl::Status> ChatSession::TakeEnd() {
  MutexLock lock(mu_);
  if (client_done_ && in_hand_ == 0 && outbox_.empty() && !end_.has_value()) {
    end_ = absl::OkStatus();
  }
  return end_;
}

// ---- Life ----

void ChatSession::OnClientDone() {
  {
    MutexLock lock(mu_);
    client_done_ = true;
    feeds_.Stop();
  }
  NotifyOutput();
}

void ChatSession::Fail(absl::Status status) {
  {
    MutexLock lock(mu_);
    if (has_ended()) return;
    state_ = State::kEnding;
    feeds_.Stop();
    outbox_.Clear();
    end_ = std::move(status);
  }
  NotifyOutput();
}

void ChatSession::Close() {
  Actions actions;
  {
    MutexLock lock(mu_);
    state_ = State::kClosed;
    feeds_.Close();
    actions = feeds_.TakeActions();
    outbox_.Clear();
  }
  CarryOut(actions);
  deps_.hub.UnfollowUser(user_key(), shared_from_this());
  deps_.presence.Close(shared_from_this());
}

void ChatSession::Tick(SteadyTime now) {
  if (IsOpenLate(now)) {
    return Fail(OpenRequiredError("A stream must begin with `open` within ten seconds."));
  }
  {
    MutexLock lock(mu_);
    if (state_ != State::kOpen || now < next_heartbeat_) return;
    next_heartbeat_ = now + options_.heartbeat_interval;
    v1::ServerEvent event;
    v1::Heartbeat* heartbeat = event.mutable_heartbeat();
    wire::ToProto(deps_.clock.Now(), heartbeat->mutable_server_time());
    heartbeat->set_epoch(feeds_.epoch());
    for (const RoomHead& head : feeds_.TakeChangedHeads(kMaxHeartbeatHeads)) {
      wire::ToProto(head, heartbeat->add_heads());
    }
    outbox_.AddMomentary(wire::Encode(event));
  }
  NotifyOutput();
}

bool ChatSession::IsOpenLate(SteadyTime now) {
  MutexLock lock(mu_);
  return state_ == State::kNew && now >= begun_at_ + kMaxTimeToOpen;
}

void ChatSession::Drain(absl::Duration after, absl::Duration jitter) {
  {
    MutexLock lock(mu_);
    if (state_ != State::kOpen) return;
    v1::ServerEvent event;
    wire::ToProto(after, event.mutable_drain()->mutable_after());
    wire::ToProto(jitter, event.mutable_drain()->mutable_jitter());
    outbox_.AddFirm(wire::Encode(event));
  }
  NotifyOutput();
}

}  // namespace chatter::stream
