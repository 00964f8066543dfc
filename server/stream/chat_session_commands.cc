// The commands of a session's client, and the replies to them.
#include <algorithm>
#include <utility>

#include "common/steady_time.h"
#include "server/model/errors.h"
#include "server/model/validate.h"
#include "server/stream/chat_session.h"
#include "server/stream/notices.h"
#include "server/stream/opening.h"
#include "server/wire/convert.h"
#include "server/wire/encode.h"
#include "server/wire/rpc_status.h"

namespace chatter::stream {
namespace {

constexpr size_t kMaxRequestIdBytes = 64;

// `request_id`, cut to its bound at the border of a character.
std::string Bounded(const std::string& request_id) {
  size_t size = std::min(request_id.size(), kMaxRequestIdBytes);
  while (size > 0 && size < request_id.size() && (request_id[size] & 0xC0) == 0x80) --size;
  return request_id.substr(0, size);
}

}  // namespace

void ChatSession::OnRequest(v1::ChatRequest request, absl::Status readable) {
  bool is_new;
  {
    MutexLock lock(mu_);
    if (has_ended()) return;
    is_new = state_ == State::kNew;
    if (is_new && request.has_open()) state_ = State::kLoading;
    ++in_hand_;
  }
  if (is_new != request.has_open()) {
    if (is_new) {
      return Fail(OpenRequiredError("The first command of a stream must be `open`."));
    }
    return ReplyError(request.request_id(),
                      MakeError(absl::StatusCode::kFailedPrecondition,
                                v1::ERROR_REASON_ALREADY_OPEN, "The stream is open already."));
  }
  if (request.request_id().size() > kMaxRequestIdBytes) {
    FieldViolations violations;
    violations.Add("request_id", "may have up to 64 bytes");
    readable = violations.ToStatus();
  }
  if (!readable.ok()) {
    if (is_new) return Fail(std::move(readable));
    return ReplyError(request.request_id(), readable);
  }
  switch (request.command_case()) {
    case v1::ChatRequest::kOpen:
      return OnOpen(request.open());
    case v1::ChatRequest::kSend:
      return OnSend(request.request_id(), *request.mutable_send());
    case v1::ChatRequest::kTyping:
      return OnTyping(request.request_id(), request.typing());
    case v1::ChatRequest::kMarkRead:
      return deps_.read_states.MarkRead(caller_, request.mark_read().room_id(),
                                        request.mark_read().seq(), request.mark_read().silent(),
                                        SteadyTime::Now() + options_.send_timeout,
                                        ReplyMoved(request.request_id()));
    case v1::ChatRequest::kMarkDelivered:
      return deps_.read_states.MarkDelivered(
          caller_, request.mark_delivered().room_id(), request.mark_delivered().seq(),
          SteadyTime::Now() + options_.send_timeout, ReplyMoved(request.request_id()));
    case v1::ChatRequest::kPing:
      return ReplyDone(request.request_id());
    case v1::ChatRequest::kWatchPresence:
      return OnWatchPresence(request.request_id(), request.watch_presence());
    case v1::ChatRequest::kSetPresence:
      return OnSetPresence(request.request_id(), request.set_presence());
    case v1::ChatRequest::COMMAND_NOT_SET:
      return ReplyError(
          request.request_id(),
          MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_UNKNOWN_COMMAND,
                    "The request holds no command that this server knows."));
  }
}

// Takes what `send` holds.
void ChatSession::OnSend(const std::string& request_id, v1::SendMessage& send) {
  deps_.messages.Send(caller_, send.room_id(), std::move(*send.mutable_client_message_id()),
                      std::move(*send.mutable_text()), send.details(),
                      SteadyTime::Now() + options_.send_timeout, send_order_.get(),
                      [self = shared_from_this(), request_id](absl::StatusOr<SentMessage> sent) {
                        if (!sent.ok()) return self->ReplyError(request_id, sent.status());
                        v1::ServerEvent event;
                        event.mutable_reply()->set_request_id(request_id);
                        wire::ToProto(*sent, event.mutable_reply()->mutable_sent());
                        // In one frame with the message itself.
                        self->deps_.hub.RunAfterEvents(
                            self->KeyOf(sent->room_id),
                            [self, event = std::move(event)](live::Flushes& flushes) mutable {
                              self->AddReply(std::move(event), flushes);
                            });
                      });
}

void ChatSession::OnTyping(const std::string& request_id, const v1::Typing& typing) {
  FieldViolations violations;
  const auto room = ParseRoomId(typing.room_id(), violations);
  if (!room.has_value()) return ReplyError(request_id, violations.ToStatus());
  bool is_loading;
  bool is_in_room;
  {
    MutexLock lock(mu_);
    is_loading = state_ == State::kLoading;
    is_in_room = feeds_.IsInRoom(*room);
  }
  if (is_loading) return ReplyDone(request_id);  // too early to tell whose room it is: dropped
  if (!is_in_room) return ReplyError(request_id, RoomNotFoundError());
  const std::string& user_id = caller_.user_id();
  PublishTyping(deps_.bus, deps_.settings, KeyOf(*room), user_id, typing.active());
  ReplyDone(request_id);
}

Callback<rooms::ReadStates::Moved> ChatSession::ReplyMoved(const std::string& request_id) {
  return [self = shared_from_this(), request_id](absl::StatusOr<rooms::ReadStates::Moved> moved) {
    if (!moved.ok()) return self->ReplyError(request_id, moved.status());
    PublishReadMark(self->deps_.bus, *moved);
    self->ReplyDone(request_id);
  };
}

void ChatSession::ReplyError(const std::string& request_id, const absl::Status& error) {
  v1::Reply reply;
  reply.set_request_id(Bounded(request_id));
  *reply.mutable_error() = wire::ToRpcStatus(error);
  Reply(std::move(reply));
}

void ChatSession::ReplyDone(const std::string& request_id) {
  v1::Reply reply;
  reply.set_request_id(request_id);
  reply.mutable_done();
  Reply(std::move(reply));
}

void ChatSession::Reply(v1::Reply reply) {
  v1::ServerEvent event;
  *event.mutable_reply() = std::move(reply);
  live::Flushes flushes;
  AddReply(std::move(event), flushes);
  for (const auto& outlet : flushes) outlet->Flush();
}

void ChatSession::AddReply(v1::ServerEvent event, live::Flushes& flushes) {
  bool has_room;
  {
    MutexLock lock(mu_);
    --in_hand_;
    if (has_ended()) return;
    if (state_ == State::kLoading) {
      early_replies_.push_back(std::move(event));  // `opened` comes first
    } else {
      outbox_.AddReply(wire::Encode(event));
      AskForFlush(flushes);
    }
    has_room = HasRoom() && std::exchange(held_back_, false);
  }
  if (has_room) TellOfRoom();
}

}  // namespace chatter::stream
