// The life of a chat, as a state machine: when to connect, what to send, what to hand on.
//
// A chat outlives its streams. A stream (here: a link, known by a number) is opened, lost and
// replaced; when the server drains, the new link is opened before the old one is given up, so for a
// while there are two. Inputs are what happened and when; outputs are actions, to be taken with
// TakeActions() after every input and carried out in order. Not thread-safe. Free of gRPC, of
// threads and of clocks.
#ifndef CHATTER_CLIENT_STREAM_CHAT_SESSION_H_
#define CHATTER_CLIENT_STREAM_CHAT_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "chatter/client/chat_options.h"
#include "chatter/v1/chat.pb.h"
#include "client/stream/backoff.h"
#include "client/stream/pending_sends.h"
#include "client/stream/resume_state.h"
#include "common/steady_time.h"

namespace chatter::client {

using LinkId = uint64_t;

namespace action {

// Start a stream and send `open` on it.
struct Connect {
  LinkId link = 0;
  v1::ChatRequest open;
};
struct Write {
  LinkId link = 0;
  v1::ChatRequest request;
};
// No more commands will be written; what the stream still says is of no interest.
struct HalfClose {
  LinkId link = 0;
};
struct Cancel {
  LinkId link = 0;
};
// For the user: an event that isn't a matter between library and server.
struct Deliver {
  v1::ServerEvent event;
};
// For the user: the final answer to a message.
struct Answer {
  PendingSends::SendId id = 0;
  absl::StatusOr<v1::SendMessageResponse> result;
};
// For the user: there is no stream now; the next attempt comes by itself.
struct Disconnected {
  absl::Status status;
  absl::Duration retry_in;
};
// For the user: it is over. The last action of all.
struct Ended {
  absl::Status status;
};

}  // namespace action

using Action = std::variant<action::Connect, action::Write, action::HalfClose, action::Cancel,
                            action::Deliver, action::Answer, action::Disconnected, action::Ended>;

class ChatSession {
 public:
  ChatSession(const ChatSessionOptions& options, UniformSource uniform);

  void Start(SteadyTime now);

  // Errors: those of PendingSends::Add, and what ended the chat.
  absl::StatusOr<PendingSends::SendId> Send(v1::SendMessage message, SteadyTime now);

  // These do nothing while there is no stream, or when many notices are on their way already.
  // MarkRead: whether it did something.
  void SetTyping(std::string_view room_id, bool active);
  bool MarkRead(std::string_view room_id, uint64_t seq);

  // These hold on later streams, too.
  void WatchPresence(std::vector<std::string> user_ids);
  void SetPresence(v1::PresenceStatus status);

  void OnEvent(LinkId link, v1::ServerEvent event, SteadyTime now);
  // `status` is the stream's. OK: the server closed it.
  void OnLinkEnded(LinkId link, const absl::Status& status, SteadyTime now);
  // REQUIRES: called when NextDeadline() has come; harmless earlier.
  void OnTimer(SteadyTime now);

  // Ends the chat: unanswered messages are answered with CANCELLED.
  void Close();

  std::vector<Action> TakeActions();
  bool HasActions() const { return !actions_.empty(); }
  SteadyTime NextDeadline() const;
  Cursors cursors() const { return resume_.cursors(); }
  bool ended() const { return end_.has_value(); }

 private:
  struct Link {
    LinkId id = 0;
    SteadyTime silent_at;  // when the server has been silent for too long
  };

  void OnOpened(v1::ServerEvent event, SteadyTime now);
  void OnRoomEvent(v1::ServerEvent event, SteadyTime now);
  void OnHeartbeat(const v1::Heartbeat& heartbeat, SteadyTime now);
  void OnReply(const v1::Reply& reply, SteadyTime now);
  void OnDrain(const v1::Drain& drain, SteadyTime now);

  // Writes a notice, which may be lost. False: too many are on their way, so it wasn't written.
  bool WriteNotice(v1::ChatRequest request);
  // Writes it however many are on their way.
  void WriteNow(v1::ChatRequest request);
  void WritePresenceOfUser();
  void WriteWatch();

  void Connect(SteadyTime now);
  void ConnectAt(SteadyTime time);
  void CheckSilence(SteadyTime now);
  // The current link has lost something: gives it up and connects anew with the cursors.
  void Repair(std::string_view what, SteadyTime now);
  void WriteDueSends(SteadyTime now);
  void End(const absl::Status& status);

  const ChatSessionOptions options_;
  const UniformSource uniform_;
  ResumeState resume_;
  PendingSends pending_;
  Backoff backoff_;              // after failures to connect
  Backoff repair_backoff_;       // after losses of events on open streams
  std::optional<Link> current_;  // is open
  std::optional<Link> next_;     // is being opened
  SteadyTime connect_at_ = SteadyTime::InfiniteFuture();
  absl::Duration silence_limit_;
  LinkId last_link_ = 0;
  std::vector<std::string> watched_;
  std::vector<std::string> watched_in_open_;  // of the last link
  v1::PresenceStatus presence_ = v1::PRESENCE_STATUS_ONLINE;
  int notices_on_the_way_ = 0;
  std::optional<absl::Status> end_;
  std::vector<Action> actions_;
};

}  // namespace chatter::client

#endif  // CHATTER_CLIENT_STREAM_CHAT_SESSION_H_
