#include "server/stream/chat_session.h"

#include <algorithm>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "server/base/steady_time.h"
#include "server/model/errors.h"
#include "server/model/validate.h"
#include "server/rooms/walks.h"
#include "server/stream/chat_feed.h"
#include "server/stream/notices.h"
#include "server/wire/convert.h"
#include "server/wire/encode.h"
#include "server/wire/rpc_status.h"

namespace chatter::stream {
namespace {

constexpr size_t kMaxRequestIdBytes = 64;
constexpr int kMaxHeartbeatHeads = 1'000;
constexpr absl::Duration kLoadTimeout = absl::Seconds(10);

// `request_id`, cut to its bound at the border of a character.
std::string Bounded(const std::string& request_id) {
  size_t size = std::min(request_id.size(), kMaxRequestIdBytes);
  while (size > 0 && size < request_id.size() && (request_id[size] & 0xC0) == 0x80) --size;
  return request_id.substr(0, size);
}

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

absl::Status OpenRequiredError(std::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_OPEN_REQUIRED, message);
}

}  // namespace

ChatSession::ChatSession(const ChatOptions& options, const ChatDeps& deps, const UserCaller& caller,
                         std::weak_ptr<Transport> transport, std::shared_ptr<LiveBytes> live_bytes)
    : options_(options),
      deps_(deps),
      caller_(caller),
      begun_at_(deps.clock.Steady()),
      transport_(std::move(transport)),
      outbox_(options.max_live_bytes, std::move(live_bytes)),
      next_heartbeat_(begun_at_ + options.heartbeat_interval) {}

ChatSession::~ChatSession() = default;

// ---- Commands ----

void ChatSession::OnRequest(v1::ChatRequest request, absl::Status readable) {
  bool is_new;
  {
    MutexLock lock(mu_);
    if (state_ == State::kEnding || state_ == State::kClosed) return;
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

// The cursors of an `open`, checked. Rooms that can't be parsed are errors, unknown ones are not.
absl::StatusOr<ChatSession::Cursors> ChatSession::ParseCursors(const v1::Open& open,
                                                               int max_rooms) {
  FieldViolations violations;
  Cursors cursors{.epoch = open.epoch(), .after_seqs = {}};
  if (open.epoch().size() > kMaxEpochBytes) {
    violations.Add("open.epoch", absl::StrCat("may have up to ", kMaxEpochBytes, " bytes"));
  }
  if (open.cursors_size() > max_rooms) {
    violations.Add("open.cursors", absl::StrCat("may hold up to ", max_rooms, " cursors"));
    return violations.ToStatus();
  }
  for (int i = 0; i < open.cursors_size(); ++i) {
    const auto room = RoomId::Parse(open.cursors(i).room_id());
    const std::string field = absl::StrCat("open.cursors[", i, "].room_id");
    if (!room.has_value()) {
      violations.Add(field, "must be a UUID in canonical text");
    } else if (!cursors.after_seqs.emplace(*room, open.cursors(i).after_seq()).second) {
      violations.Add(field, "is there twice");
    }
  }
  if (auto status = violations.ToStatus(); !status.ok()) return status;
  return cursors;
}

void ChatSession::OnOpen(const v1::Open& open) {
  auto cursors = ParseCursors(open, options_.max_rooms);
  if (!cursors.ok()) return Fail(cursors.status());
  FieldViolations violations;
  std::vector<std::string> watched = wire::ToStrings(open.watched_user_ids());
  live::Presence::CheckWatched("open.watched_user_ids", watched, violations);
  if (!violations.empty()) return Fail(violations.ToStatus());
  {
    MutexLock lock(mu_);
    watched_while_loading_ = std::move(watched);
  }
  deps_.presence.Open(shared_from_this(), user_key(), PresenceRole());
  // First this, then the list: a room that is made in between is heard of in one way or the other.
  deps_.hub.FollowUser(user_key(), shared_from_this());
  deps_.walks.Enter(rooms::WalkGroup(user_key()),
                    [self = shared_from_this(), cursors = *std::move(cursors),
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
      [self = shared_from_this(), cursors = std::move(cursors),
       pass = std::move(pass)](absl::StatusOr<store::RoomStore::Memberships> memberships) mutable {
        pass.reset();
        self->OnRoomsLoaded(cursors, std::move(memberships));
      });
}

void ChatSession::OnRoomsLoaded(const Cursors& cursors,
                                absl::StatusOr<store::RoomStore::Memberships> memberships) {
  if (!memberships.ok()) return Fail(memberships.status());
  Actions actions;
  bool outdated;
  {
    MutexLock lock(mu_);
    if (state_ != State::kLoading) return;
    epoch_ = memberships->epoch;
    outdated = !latest_epoch_.empty() && latest_epoch_ != epoch_;
  }
  if (outdated) return EndEpoch();
  {
    MutexLock lock(mu_);
    if (state_ != State::kLoading) return;
    state_ = State::kOpen;
    --in_hand_;
    Opened(*memberships, cursors);
    for (const v1::ServerEvent& reply : std::exchange(early_replies_, {})) {
      outbox_.AddReply(wire::Encode(reply));
    }
    if (!watched_while_loading_.empty()) {
      Watch(std::exchange(watched_while_loading_, {}), actions);
    }
    for (const auto& membership : memberships->rooms) {
      StartFeed(membership, cursors, actions);
    }
    for (const auto& [room, seq] : std::exchange(joined_while_loading_, {})) JoinRoom(room, seq);
    ReadUnlessStuck(actions);
  }
  for (auto& action : actions) action();
  NotifyOutput();
}

void ChatSession::Opened(const store::RoomStore::Memberships& memberships, const Cursors& cursors) {
  v1::ServerEvent event;
  v1::Opened* opened = event.mutable_opened();
  opened->set_user_id(caller_.user_id());
  opened->set_epoch(epoch_);
  opened->set_room_count(static_cast<int32_t>(memberships.total));
  wire::ToProto(options_.heartbeat_interval, opened->mutable_heartbeat_interval());
  size_t known_cursors = 0;
  for (const auto& membership : memberships.rooms) {
    const RoomHead& head = membership.head;
    if (opened->rooms_size() < options_.max_opened_rooms) {
      wire::ToProto(head, opened->add_rooms());
      v1::RoomHead& added = *opened->mutable_rooms()->rbegin();
      added.set_joined_seq(membership.joined_seq);
      added.set_read_seq(membership.read_seq);
      added.set_unread_count(membership.unread_count);
      added.set_unread_mention_count(membership.unread_mention_count);
    }
    known_cursors += cursors.after_seqs.contains(head.room_id) ? 1 : 0;
  }
  if (known_cursors < cursors.after_seqs.size()) {
    auto unknown = cursors.after_seqs;
    for (const auto& membership : memberships.rooms) unknown.erase(membership.head.room_id);
    for (const auto& [room, after_seq] : unknown) opened->add_unknown_room_ids(room.ToString());
  }
  Add(event);
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
    const auto feed = feeds_.find(*room);
    is_in_room = feed != feeds_.end() && feed->second->state != Feed::State::kEnded;
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
    if (state_ == State::kEnding || state_ == State::kClosed) return;
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

// ---- Output ----

void ChatSession::Add(const v1::ServerEvent& event) { outbox_.AddFirm(wire::Encode(event)); }

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
  if (state_ == State::kEnding || state_ == State::kClosed) return false;
  held_back_ = !HasRoom();
  return !held_back_;
}

// Whoever sends commands and reads no replies is read no more.
bool ChatSession::HasRoom() const {
  const int replies = static_cast<int>(early_replies_.size()) + outbox_.replies();
  return in_hand_ < options_.max_commands_in_hand && replies < options_.max_commands_in_hand;
}

void ChatSession::TellOfRoom() {
  if (const auto transport = transport_.lock()) transport->OnRoom();
}

std::vector<EncodedEvent> ChatSession::TakeFrame() {
  Actions actions;
  std::vector<EncodedEvent> frame;
  bool has_room;
  {
    MutexLock lock(mu_);
    frame = outbox_.Take(options_.max_frame_bytes);
    has_room = HasRoom() && std::exchange(held_back_, false);
    write_under_way_ = !frame.empty();
    if (active()) ReadOn(actions);
    RepeatLostPresence(actions);
  }
  for (auto& action : actions) action();
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
  }
  NotifyOutput();
}

void ChatSession::Fail(absl::Status status) {
  {
    MutexLock lock(mu_);
    if (state_ == State::kEnding || state_ == State::kClosed) return;
    state_ = State::kEnding;
    outbox_.Clear();
    end_ = std::move(status);
  }
  NotifyOutput();
}

void ChatSession::OnEpoch(const Epoch& epoch) {
  {
    MutexLock lock(mu_);
    latest_epoch_ = epoch;
    if (state_ != State::kOpen || epoch_ == epoch) return;
  }
  EndEpoch();
}

void ChatSession::EndEpoch() { Fail(EpochEndedError()); }

void ChatSession::Close() {
  absl::flat_hash_map<RoomId, std::shared_ptr<Feed>> feeds;
  {
    MutexLock lock(mu_);
    state_ = State::kClosed;
    outbox_.Clear();
    feeds.swap(feeds_);
    behind_.clear();
    touched_.clear();
  }
  for (const auto& [room, feed] : feeds) deps_.hub.Unfollow(KeyOf(room), feed);
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
    heartbeat->set_epoch(epoch_);
    for (const auto& feed : std::exchange(touched_, {})) {
      feed->touched = false;
      // What a retired feed had added was dropped again, and a client forgets a room that it is out
      // of.
      const bool counts =
          feed->state != Feed::State::kRetired && feed->state != Feed::State::kEnded;
      if (counts && heartbeat->heads_size() < kMaxHeartbeatHeads) {
        wire::ToProto(RoomHead{feed->room, feed->next_seq - 1}, heartbeat->add_heads());
      }
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
    Add(event);
  }
  NotifyOutput();
}

}  // namespace chatter::stream
