// A conversation with the server that survives the loss of its streams.
//
// Hands on every event of every room of the user exactly once and, within a room, in order;
// connects again by itself and resumes after the last event seen; sends each message until it is
// answered.
//
// Thread-safe. Callbacks come from one thread of the stream's own, one at a time, with no lock
// held: they may call any method. They may take their time (meanwhile the server buffers, then says
// `lagged`), but sends wait for them too.
#ifndef CHATTER_CLIENT_CHAT_STREAM_H_
#define CHATTER_CLIENT_CHAT_STREAM_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "chatter/client/chat_options.h"
#include "chatter/v1/chat.pb.h"

namespace chatter::client {

class ChatEngine;

// Those that are empty aren't called.
struct ChatCallbacks {
  // A stream is open: the first one, or one that takes the place of another. Rooms in
  // `unknown_room_ids` are forgotten.
  std::function<void(const v1::Opened&)> opened;
  // An event of a room. One that removes the user is the last of the room: the room is forgotten,
  // unless the user has come back since.
  std::function<void(const v1::RoomEvent&)> room_event;
  std::function<void(const v1::CaughtUp&)> caught_up;
  // This client reads too slowly. Nothing is lost.
  std::function<void(const v1::Lagged&)> lagged;
  // Forget what you know of the room; its next event has `next_seq`.
  std::function<void(const v1::Reset&)> reset;
  std::function<void(const v1::TypingNotice&)> typing;
  std::function<void(const v1::ReadMark&)> read_mark;
  std::function<void(const v1::Presence&)> presence;
  std::function<void(const v1::PreferencesChanged&)> preferences_changed;
  // There is no stream; the next attempt is `retry_in` from now.
  std::function<void(const absl::Status&, absl::Duration retry_in)> disconnected;
  // The last callback of all. OK: after Close(). Otherwise the session can't go on (say,
  // UNAUTHENTICATED), and there will be no further attempt.
  std::function<void(const absl::Status&)> ended;
};

class ChatStream {
 public:
  using SendCallback = absl::AnyInvocable<void(absl::StatusOr<v1::SendMessageResponse>)>;

  // Starts at once. Whether the server can be reached is told by callbacks.
  // Errors: INVALID_ARGUMENT (options).
  static absl::StatusOr<std::unique_ptr<ChatStream>> Create(const ChatStreamOptions& options,
                                                            ChatCallbacks callbacks);
  // Close().
  // REQUIRES: not called from a callback.
  ~ChatStream();
  ChatStream(const ChatStream&) = delete;
  ChatStream& operator=(const ChatStream&) = delete;

  // Takes a message and, until it is answered, sends it again after every loss of the stream,
  // always with the same client message id: it is stored once. After OK, `callback` is called
  // exactly once. An answer that is an error means that nothing was stored, except CANCELLED
  // (Close() came first) and the status that ended the chat: these leave it open. Messages leave in
  // the order of the calls; one that has to be sent again may come in after later ones. Errors,
  // after which `callback` isn't called: INVALID_ARGUMENT (out of bounds), RESOURCE_EXHAUSTED (too
  // many are unanswered), and whatever ended the chat.
  absl::Status Send(std::string_view room_id, std::string_view text, SendCallback callback);
  // The same with all that a message may have. A message without a client message id is given one.
  // To repeat a send of an earlier process, give the id that it had.
  absl::Status Send(v1::SendMessage message, SendCallback callback);

  // Tells the others in the room. Nothing happens while there is no stream.
  void SetTyping(std::string_view room_id, bool active);

  // Says how far the user has read. False: it can't be said now, for there is no stream, or too
  // much is unanswered. True: it is on its way, but may be lost with the stream: to be sure, say it
  // again after `opened`.
  bool MarkRead(std::string_view room_id, uint64_t seq);

  // Follows the presence of these users, up to 200, in place of those before; on later streams,
  // too. Errors: INVALID_ARGUMENT (too many, or a user id that isn't 1 to 600 bytes of UTF-8
  // without control characters).
  absl::Status WatchPresence(std::vector<std::string> user_ids);
  // ONLINE or AWAY, on this device; on later streams, too. Errors: INVALID_ARGUMENT.
  absl::Status SetPresence(v1::PresenceStatus status);

  // The last sequence number of each room, for the options of a later stream. Includes the event
  // whose callback is running: a program that must lose none in a crash saves them in that
  // callback.
  Cursors cursors() const;

  // Ends the chat: answers what is unanswered, then calls `ended`. Returns after the last callback;
  // when called from a callback, it returns at once.
  void Close();

 private:
  explicit ChatStream(std::unique_ptr<ChatEngine> engine);

  const std::unique_ptr<ChatEngine> engine_;
};

}  // namespace chatter::client

#endif  // CHATTER_CLIENT_CHAT_STREAM_H_
