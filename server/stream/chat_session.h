// One Chat stream as a state machine, free of gRPC.
//
//   waiting for `open` -> loading the caller's rooms -> open -> ending
//
// Each room of the caller has a feed, which is either level (live events go from the hub to the
// outbox) or behind (it waits its turn to be read from the log, a page at a time, whenever the
// outbox has drained and the last write is done). It ends with the event that removes the caller. A
// client that reads too slowly has its live events dropped and those feeds put behind: see Lagged
// in chat.proto. A feed never skips a number: it adds event N only after N
// - 1.
//
// A session lives in one epoch of the tenant's logs: where another begins it ends, and its client
// comes back with cursors that are held against the new one.
//
// Thread-safe. Calls out (hub, store, transport) are made without the lock.
#ifndef CHATTER_SERVER_STREAM_CHAT_SESSION_H_
#define CHATTER_SERVER_STREAM_CHAT_SESSION_H_

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "chatter/v1/chat.pb.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/base/turnstile.h"
#include "server/bus/bus.h"
#include "server/identity/open_stream.h"
#include "server/live/hub.h"
#include "server/live/log_pages.h"
#include "server/live/presence.h"
#include "server/model/epoch.h"
#include "server/model/limits.h"
#include "server/rooms/messages.h"
#include "server/rooms/read_states.h"
#include "server/store/room_store.h"
#include "server/stream/outbox.h"
#include "server/tenants/tenant_settings.h"

namespace chatter::stream {

struct ChatOptions {
  absl::Duration heartbeat_interval = absl::Seconds(30);
  absl::Duration send_timeout = absl::Seconds(10);  // how long a send may wait for the database
  int max_commands_in_hand = limits::kStreamCommands;
  size_t max_request_bytes = limits::kRequestBytes;
  size_t max_live_bytes = 1 << 20;  // in the outbox, see there
  size_t max_all_live_bytes =
      256 << 20;                      // in all outboxes; beyond, each gets Outbox::kMinLiveBytes
  size_t max_frame_bytes = 64 << 10;  // of one ChatResponse, unless one event is larger
  int max_rooms = limits::kStreamRooms;
  int max_opened_rooms = 1'000;
  size_t max_streams_of_user = 100;
};

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

class ChatSession final : public live::UserFollower,
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
  ~ChatSession() override;

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
  void OnRoomJoined(const RoomId& room, uint64_t seq) override;
  void OnEpoch(const Epoch& epoch) override;
  void OnUserNotice(const EncodedEvent& notice, live::Flushes& flushes) override;
  void Flush() override;

  // From the tracker of presence.
  void OnPresence(const EncodedEvent& presence, live::Flushes& flushes) override;

 private:
  class Feed;
  // Where the client stands, and in which epoch.
  struct Cursors {
    Epoch epoch;
    absl::flat_hash_map<RoomId, uint64_t> after_seqs;
  };
  enum class State { kNew, kLoading, kOpen, kEnding, kClosed };
  // Calls to make once the lock is released.
  using Actions = std::vector<absl::AnyInvocable<void()>>;

  RoomKey KeyOf(const RoomId& room) const { return {caller_.tenant(), room}; }
  UserKey user_key() const { return caller_.key(); }

  // Commands.
  void OnOpen(const v1::Open& open);
  static absl::StatusOr<Cursors> ParseCursors(const v1::Open& open, int max_rooms);
  void LoadRooms(Cursors cursors, SteadyTime deadline, std::optional<Turnstile::Pass> pass);
  void OnRoomsLoaded(const Cursors& cursors,
                     absl::StatusOr<store::RoomStore::Memberships> memberships);
  void OnSend(const std::string& request_id, v1::SendMessage& send);
  void OnTyping(const std::string& request_id, const v1::Typing& typing);
  void OnWatchPresence(const std::string& request_id, const v1::WatchPresence& watch);
  live::PresenceTracker::Role PresenceRole() const;
  void OnSetPresence(const std::string& request_id, const v1::SetPresence& set);
  void Watch(std::vector<std::string> user_ids, Actions& actions)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void RepeatLostPresence(Actions& actions) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Callback<rooms::ReadStates::Moved> ReplyMoved(const std::string& request_id);
  void ReplyError(const std::string& request_id, const absl::Status& error);
  void ReplyDone(const std::string& request_id);
  void Reply(v1::Reply reply);
  void AddReply(v1::ServerEvent event, live::Flushes& flushes);

  // Feeds.
  void Opened(const store::RoomStore::Memberships& memberships, const Cursors& cursors)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void StartFeed(const store::RoomStore::Membership& membership, const Cursors& cursors,
                 Actions& actions) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void AddReset(const RoomId& room, uint64_t min_seq, uint64_t next_seq)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void JoinRoom(const RoomId& room, uint64_t seq) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool IsOut(const Feed& feed, const EncodedRun& run) const;
  void EndFeed(const std::shared_ptr<Feed>& feed, const EncodedRun& last, Actions& actions)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void FeedLevel(Feed& feed, uint64_t next_seq, live::Flushes& flushes);
  void FeedBehind(Feed& feed);
  void EndEpoch();
  void FeedEvents(Feed& feed, const std::vector<EncodedRun>& runs, live::Flushes& flushes);
  void FeedNotice(Feed& feed, const std::string& user_id, const EncodedEvent& notice,
                  live::Flushes& flushes);
  void PutBehind(Feed& feed) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Touch(Feed& feed) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void AddCaughtUp(const Feed& feed) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void GoBack(Feed& feed, uint64_t next_seq, Actions& actions) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Lag(Feed& feed, Actions& actions) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Reads the next page of a feed that is behind, if there is one and there is room for it.
  void ReadOn(Actions& actions) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ReadUnlessStuck(Actions& actions) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void OnPage(const std::shared_ptr<Feed>& feed, absl::StatusOr<live::LogPages::PagePtr> page);
  void FollowFeed(const std::shared_ptr<Feed>& feed, Actions& actions)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  void Add(const v1::ServerEvent& event) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool active() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return state_ == State::kLoading || state_ == State::kOpen;
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
  bool write_under_way_ ABSL_GUARDED_BY(mu_) = false;
  bool flush_asked_ ABSL_GUARDED_BY(mu_) = false;
  absl::flat_hash_map<RoomId, std::shared_ptr<Feed>> feeds_ ABSL_GUARDED_BY(mu_);
  std::deque<std::shared_ptr<Feed>> behind_ ABSL_GUARDED_BY(mu_);
  bool reading_log_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::pair<RoomId, uint64_t>> joined_while_loading_ ABSL_GUARDED_BY(mu_);
  Epoch epoch_ ABSL_GUARDED_BY(mu_);         // in which the rooms were loaded
  Epoch latest_epoch_ ABSL_GUARDED_BY(mu_);  // as the hub says
  std::vector<std::string> watched_while_loading_ ABSL_GUARDED_BY(mu_);
  bool presence_lost_ ABSL_GUARDED_BY(mu_) = false;  // for want of room in the outbox
  std::vector<std::shared_ptr<Feed>> touched_ ABSL_GUARDED_BY(mu_);  // since the last heartbeat
  SteadyTime next_heartbeat_ ABSL_GUARDED_BY(mu_);
};

}  // namespace chatter::stream

#endif  // CHATTER_SERVER_STREAM_CHAT_SESSION_H_
