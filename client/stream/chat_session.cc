#include "client/stream/chat_session.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "chatter/client/errors.h"
#include "client/base/proto_time.h"

namespace chatter::client {
namespace {

constexpr absl::Duration kDefaultHeartbeatInterval = absl::Seconds(15);
constexpr int kSilentHeartbeats = 3;
constexpr int kMaxNoticesOnTheWay = 16;
constexpr char kNoticeRequestId[] = "notice";

// Whether the same credential and the same requests would fail again.
bool IsPermanent(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kUnimplemented:
      return true;
    default:
      return false;
  }
}

}  // namespace

ChatSession::ChatSession(const ChatSessionOptions& options, UniformSource uniform)
    : options_(options),
      uniform_(std::move(uniform)),
      resume_(options.cursors),
      pending_(options.max_pending_sends, options.backoff, uniform_),
      backoff_(options.backoff, uniform_),
      repair_backoff_(options.backoff, uniform_),
      silence_limit_(kSilentHeartbeats * kDefaultHeartbeatInterval) {}

void ChatSession::Start(SteadyTime now) { Connect(now); }

absl::StatusOr<PendingSends::SendId> ChatSession::Send(v1::SendMessage message, SteadyTime now) {
  if (end_.has_value()) {
    return end_->ok() ? absl::FailedPreconditionError("the chat is closed") : *end_;
  }
  auto id = pending_.Add(std::move(message));
  WriteDueSends(now);
  return id;
}

void ChatSession::SetTyping(std::string_view room_id, bool active) {
  v1::ChatRequest request;
  request.mutable_typing()->set_room_id(std::string(room_id));
  request.mutable_typing()->set_active(active);
  WriteNotice(std::move(request));
}

bool ChatSession::MarkRead(std::string_view room_id, uint64_t seq) {
  v1::ChatRequest request;
  request.mutable_mark_read()->set_room_id(std::string(room_id));
  request.mutable_mark_read()->set_seq(seq);
  return WriteNotice(std::move(request));
}

void ChatSession::WatchPresence(std::vector<std::string> user_ids) {
  watched_ = std::move(user_ids);
  if (current_.has_value()) WriteWatch();
}

void ChatSession::SetPresence(v1::PresenceStatus status) {
  presence_ = status;
  if (current_.has_value()) WritePresenceOfUser();
}

void ChatSession::WriteWatch() {
  v1::ChatRequest request;
  auto& user_ids = *request.mutable_watch_presence()->mutable_user_ids();
  user_ids.Add(watched_.begin(), watched_.end());
  WriteNow(std::move(request));
}

void ChatSession::WritePresenceOfUser() {
  v1::ChatRequest request;
  request.mutable_set_presence()->set_status(presence_);
  WriteNow(std::move(request));
}

bool ChatSession::WriteNotice(v1::ChatRequest request) {
  if (!current_.has_value() || notices_on_the_way_ >= kMaxNoticesOnTheWay) return false;
  WriteNow(std::move(request));
  return true;
}

void ChatSession::WriteNow(v1::ChatRequest request) {
  ++notices_on_the_way_;
  request.set_request_id(kNoticeRequestId);
  actions_.emplace_back(action::Write{current_->id, std::move(request)});
}

void ChatSession::OnEvent(LinkId link, v1::ServerEvent event, SteadyTime now) {
  if (next_.has_value() && next_->id == link) {
    if (event.has_opened()) OnOpened(std::move(event), now);
    return;
  }
  if (!current_.has_value() || current_->id != link) return;
  current_->silent_at = now + silence_limit_;
  switch (event.event_case()) {
    case v1::ServerEvent::kRoomEvent:
      return OnRoomEvent(std::move(event), now);
    case v1::ServerEvent::kReply:
      return OnReply(event.reply(), now);
    case v1::ServerEvent::kHeartbeat:
      return OnHeartbeat(event.heartbeat(), now);
    case v1::ServerEvent::kDrain:
      return OnDrain(event.drain(), now);
    case v1::ServerEvent::kCaughtUp:
      if (!resume_.HasAll(event.caught_up())) {
        return Repair("caught_up is ahead of the events", now);
      }
      break;
    case v1::ServerEvent::kReset:
      resume_.OnReset(event.reset());
      break;
    case v1::ServerEvent::kLagged:
    case v1::ServerEvent::kTyping:
    case v1::ServerEvent::kReadMark:
    case v1::ServerEvent::kPresence:
    case v1::ServerEvent::kPreferencesChanged:
      break;
    case v1::ServerEvent::kOpened:
    case v1::ServerEvent::EVENT_NOT_SET:
      return;  // a repetition, or of a kind that is newer than this library
  }
  actions_.emplace_back(action::Deliver{std::move(event)});
}

void ChatSession::OnOpened(v1::ServerEvent event, SteadyTime now) {
  if (current_.has_value()) actions_.emplace_back(action::HalfClose{current_->id});
  const absl::Duration interval = ToAbslDuration(event.opened().heartbeat_interval());
  if (interval > absl::ZeroDuration()) silence_limit_ = kSilentHeartbeats * interval;
  current_ = Link{next_->id, now + silence_limit_};
  next_.reset();
  backoff_.Reset();
  notices_on_the_way_ = 0;
  if (!resume_.OnOpened(event.opened())) return Repair("rooms came up meanwhile", now);
  actions_.emplace_back(action::Deliver{std::move(event)});
  if (watched_ != watched_in_open_) WriteWatch();
  if (presence_ != v1::PRESENCE_STATUS_ONLINE) WritePresenceOfUser();
  pending_.OnStreamOpened();
  WriteDueSends(now);
}

void ChatSession::OnRoomEvent(v1::ServerEvent event, SteadyTime now) {
  switch (resume_.OnRoomEvent(event.room_event())) {
    case ResumeState::Verdict::kNew:
      actions_.emplace_back(action::Deliver{std::move(event)});
      return;
    case ResumeState::Verdict::kRepeated:
      return;
    case ResumeState::Verdict::kGap:
      return Repair("an event is missing", now);
  }
}

void ChatSession::OnHeartbeat(const v1::Heartbeat& heartbeat, SteadyTime now) {
  if (!resume_.HasAll(heartbeat)) return Repair("the heartbeat is ahead of the events", now);
  repair_backoff_.Reset();
}

void ChatSession::OnReply(const v1::Reply& reply, SteadyTime now) {
  if (reply.request_id() == kNoticeRequestId) {
    notices_on_the_way_ = std::max(0, notices_on_the_way_ - 1);
    return;
  }
  if (auto answer = pending_.OnReply(reply, now); answer.has_value()) {
    actions_.emplace_back(action::Answer{answer->id, std::move(answer->result)});
  }
}

void ChatSession::OnDrain(const v1::Drain& drain, SteadyTime now) {
  const absl::Duration jitter = ToAbslDuration(drain.jitter()) * uniform_();
  if (!next_.has_value()) ConnectAt(now + ToAbslDuration(drain.after()) + jitter);
}

void ChatSession::OnLinkEnded(LinkId link, const absl::Status& status, SteadyTime now) {
  const bool was_current = current_.has_value() && current_->id == link;
  const bool was_next = next_.has_value() && next_->id == link;
  if (!was_current && !was_next) return;
  if (IsPermanent(status)) return End(status);
  (was_current ? current_ : next_).reset();
  if (next_.has_value()) return;  // on the way already
  const absl::Duration asked = DetailsOf(status).retry_after.value_or(absl::ZeroDuration());
  const absl::Duration wait = std::max(backoff_.Next(), asked);
  ConnectAt(now + wait);
  if (current_.has_value()) return;
  actions_.emplace_back(action::Disconnected{
      status.ok() ? absl::UnavailableError("the server closed the stream") : status,
      connect_at_ - now});
}

void ChatSession::OnTimer(SteadyTime now) {
  if (end_.has_value()) return;
  CheckSilence(now);
  if (now >= connect_at_ && !next_.has_value()) Connect(now);
  WriteDueSends(now);
}

void ChatSession::CheckSilence(SteadyTime now) {
  for (const auto* link : {&current_, &next_}) {
    if (!link->has_value() || now < (*link)->silent_at) continue;
    const LinkId id = (*link)->id;
    actions_.emplace_back(action::Cancel{id});
    OnLinkEnded(id, absl::UnavailableError("the server is silent"), now);
  }
}

void ChatSession::Close() { End(absl::OkStatus()); }

std::vector<Action> ChatSession::TakeActions() { return std::exchange(actions_, {}); }

SteadyTime ChatSession::NextDeadline() const {
  if (end_.has_value()) return SteadyTime::InfiniteFuture();
  SteadyTime deadline = next_.has_value() ? next_->silent_at : connect_at_;
  if (current_.has_value()) {
    deadline = std::min({deadline, current_->silent_at, pending_.NextDue()});
  }
  return deadline;
}

void ChatSession::Connect(SteadyTime now) {
  connect_at_ = SteadyTime::InfiniteFuture();
  next_ = Link{++last_link_, now + options_.open_timeout};
  action::Connect connect{next_->id, {}};
  connect.open.set_request_id("open");
  *connect.open.mutable_open() = resume_.MakeOpen();
  watched_in_open_ = watched_;
  connect.open.mutable_open()->mutable_watched_user_ids()->Add(watched_.begin(), watched_.end());
  actions_.emplace_back(std::move(connect));
}

// An earlier time that was set before stands.
void ChatSession::ConnectAt(SteadyTime time) { connect_at_ = std::min(connect_at_, time); }

void ChatSession::Repair(std::string_view what, SteadyTime now) {
  actions_.emplace_back(action::Cancel{current_->id});
  current_.reset();
  if (next_.has_value()) {  // its cursors may be too old by now
    actions_.emplace_back(action::Cancel{next_->id});
    next_.reset();
  }
  ConnectAt(now + repair_backoff_.Next());
  actions_.emplace_back(action::Disconnected{
      absl::DataLossError(absl::StrCat("connecting anew: ", std::string(what))),
      connect_at_ - now});
}

void ChatSession::WriteDueSends(SteadyTime now) {
  if (!current_.has_value()) return;
  while (auto request = pending_.TakeDue(now)) {
    actions_.emplace_back(action::Write{current_->id, *std::move(request)});
  }
}

void ChatSession::End(const absl::Status& status) {
  if (end_.has_value()) return;
  end_ = status;
  for (auto* link : {&current_, &next_}) {
    if (link->has_value()) actions_.emplace_back(action::Cancel{(*link)->id});
    link->reset();
  }
  const absl::Status answer =
      status.ok() ? absl::CancelledError("the chat was closed before an answer came") : status;
  for (const auto id : pending_.TakeAll()) actions_.emplace_back(action::Answer{id, answer});
  actions_.emplace_back(action::Ended{status});
}

}  // namespace chatter::client
