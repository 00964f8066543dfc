// One Chat stream, free of gRPC.
//
//   waiting for `open` -> loading the caller's rooms -> open -> ending
//
// What the stream carries of the rooms is decided by its feeds (ChatFeeds), a state machine: the
// session guards it, tells it what happens, and carries out what it asks for. The session itself
// takes commands, and has to do with the rest: replies, presence, heartbeats, the end.
//
// Thread-safe. Calls out (hub, store, transport) are made without the lock.
#ifndef CHATTER_SERVER_STREAM_CHAT_SESSION_H_
#define CHATTER_SERVER_STREAM_CHAT_SESSION_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chatter/v1/chat.pb.h"
#include "common/mutex.h"
#include "server/base/clock.h"
#include "server/base/turnstile.h"
#include "server/bus/bus.h"
#include "server/identity/open_stream.h"
#include "server/live/hub.h"
#include "server/live/log_pages.h"
#include "server/live/presence.h"
#include "server/model/epoch.h"
#include "server/rooms/messages.h"
#include "server/rooms/read_states.h"
#include "server/store/room_store.h"
#include "server/stream/chat_feeds.h"
#include "server/stream/chat_options.h"
#include "server/stream/outbox.h"
#include "server/tenants/tenant_settings.h"

namespace chatter::stream {

// What a session needs; all of it outlives the session.
struct ChatDeps {
  const Clock& clock;
  live::Hub& hub;
  bus::Bus& bus;
  rooms::Messages& messages;
  live::LogPages& pages;
  rooms::ReadStates& read_states;
  tenants::TenantSettings& settings;
  live::Presence& presence;
  store::RoomStore& rooms;
  Turnstile& walks;  // see rooms/walks.h
};

class ChatSession final : public live::RoomFollower,
                          public live::UserFollower,
                          public live::PresenceStream,
                          public live::Outlet,
                          public identity::OpenStream,
                          public std::enable_shared_from_this<ChatSession> {
 public:
  // How long a stream may go without `open`, as it counts among its user's.
  static constexpr absl::Duration kMaxTimeToOpen = absl::Seconds(10);

  // Who carries the session's bytes. Called from any thread, without a lock, possibly after Close.
  class Transport {
   public:
    virtual ~Transport() = default;
    // There may be something to write (TakeFrame), or an end to make (TakeEnd).
    virtual void OnOutput() = 0;
    // There is room for another command (CanRead).
    virtual void OnRoom() = 0;
  };

  ChatSession(const ChatOptions& options, const ChatDeps& deps, const UserCaller& caller,
              std::weak_ptr<Transport> transport, std::shared_ptr<LiveBytes> live_bytes);

  // From the transport.
  // `readable`: OK, or why the request must be refused, though its request_id is right.
  void OnRequest(v1::ChatRequest request, absl::Status readable = absl::OkStatus());
  void OnClientDone();  // the client won't send any more: ends once all is answered
  // Ends the session with `status`, without what is in the outbox.
  void Fail(absl::Status status) override;
  void Close();  // the stream is gone
  bool CanRead();
  // What to write next, the last write being done; empty: nothing now.
  std::vector<EncodedEvent> TakeFrame();
  // The status to end the stream with, once it has come to that.
  std::optional<absl::Status> TakeEnd();
  size_t max_request_bytes() const { return options_.max_request_bytes; }

  // From the rechecker, beside Fail.
  const UserCaller& caller() const override { return caller_; }
  SteadyTime begun_at() const override { return begun_at_; }

  // From the registry.
  // To be called every second or so: sends heartbeats, and ends what isn't opened in time.
  void Tick(SteadyTime now);
  void Drain(absl::Duration after, absl::Duration jitter);

  // From the hub.
  void OnLevel(live::Ticket ticket, live::Flushes& flushes) override;
  void OnBehind(live::Ticket ticket) override;
  void OnOtherEpoch() override;
  void OnRoomEvents(live::Ticket ticket, const std::vector<EncodedRun>& runs,
                    live::Flushes& flushes) override;
  void OnNotice(live::Ticket ticket, const std::string& user_id, const EncodedEvent& notice,
                live::Flushes& flushes) override;
  void OnRoomJoined(const RoomId& room, uint64_t seq) override;
  void OnEpoch(const Epoch& epoch) override;
  void OnUserNotice(const EncodedEvent& notice, live::Flushes& flushes) override;
  void Flush() override;

  // From the tracker of presence.
  void OnPresence(const EncodedEvent& presence, live::Flushes& flushes) override;

 private:
  enum class State { kNew, kLoading, kOpen, kEnding, kClosed };
  using Actions = std::vector<Action>;

  RoomKey KeyOf(const RoomId& room) const { return {caller_.tenant(), room}; }
  UserKey user_key() const { return caller_.key(); }

  // Commands.
  void OnOpen(const v1::Open& open);
  void OnSend(const std::string& request_id, v1::SendMessage& send);
  void OnTyping(const std::string& request_id, const v1::Typing& typing);
  void OnWatchPresence(const std::string& request_id, const v1::WatchPresence& watch);
  live::PresenceTracker::Role PresenceRole() const;
  void OnSetPresence(const std::string& request_id, const v1::SetPresence& set);
  Callback<rooms::ReadStates::Moved> ReplyMoved(const std::string& request_id);
  void ReplyError(const std::string& request_id, const absl::Status& error);
  void ReplyDone(const std::string& request_id);
  void Reply(v1::Reply reply);
  void AddReply(v1::ServerEvent event, live::Flushes& flushes);

  // Feeds.
  void LoadRooms(Cursors cursors, SteadyTime deadline, std::optional<Turnstile::Pass> pass);
  void OnRoomsLoaded(const Cursors& cursors,
                     const absl::StatusOr<store::RoomStore::Memberships>& memberships);
  void CarryOut(const Actions& actions);
  void CarryOut(const action::Follow& follow);
  void CarryOut(const action::Unfollow& unfollow);
  void CarryOut(const action::Read& read);
  void CarryOut(const action::EndEpoch& end);
  void OnPage(const absl::StatusOr<live::LogPages::PagePtr>& page);

  bool has_ended() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return state_ == State::kEnding || state_ == State::kClosed;
  }
  void AskForFlush(live::Flushes& flushes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void NotifyOutput();
  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);  // for another command
  void TellOfRoom();
  bool IsOpenLate(SteadyTime now);

  // Constant after construction.
  const ChatOptions options_;
  const ChatDeps deps_;
  const UserCaller caller_;
  const SteadyTime begun_at_;
  const std::weak_ptr<Transport> transport_;
  const std::shared_ptr<rooms::SendOrder> send_order_ = std::make_shared<rooms::SendOrder>();

  Mutex mu_;
  State state_ ABSL_GUARDED_BY(mu_) = State::kNew;
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mu_);
  bool client_done_ ABSL_GUARDED_BY(mu_) = false;
  int in_hand_ ABSL_GUARDED_BY(mu_) = 0;         // commands that are not answered
  bool held_back_ ABSL_GUARDED_BY(mu_) = false;  // a command isn't read for want of room
  std::vector<v1::ServerEvent> early_replies_ ABSL_GUARDED_BY(mu_);
  Outbox outbox_ ABSL_GUARDED_BY(mu_);
  bool flush_asked_ ABSL_GUARDED_BY(mu_) = false;
  ChatFeeds feeds_ ABSL_GUARDED_BY(mu_);
  std::vector<std::string> watched_while_loading_ ABSL_GUARDED_BY(mu_);
  SteadyTime next_heartbeat_ ABSL_GUARDED_BY(mu_);
};

}  // namespace chatter::stream

#endif  // CHATTER_SERVER_STREAM_CHAT_SESSION_H_
