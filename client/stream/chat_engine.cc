#include "client/stream/chat_engine.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "chatter/client/errors.h"
#include "common/steady_time.h"

namespace chatter::client {
namespace {

template <typename Callback, typename... Args>
void Call(const Callback& callback, const Args&... args) {
  if (callback) callback(args...);
}

}  // namespace

ChatEngine::ChatEngine(std::shared_ptr<grpc::Channel> channel, const ChatStreamOptions& options,
                       ChatCallbacks callbacks)
    : channel_(std::move(channel)),
      stub_(v1::ChatService::NewStub(channel_)),
      caller_(options.client),
      callbacks_(std::move(callbacks)),
      session_(options.session, MakeUniformSource()),
      thread_([this] { Loop(); }) {}

ChatEngine::~ChatEngine() { Close(); }

absl::Status ChatEngine::Send(v1::SendMessage message, ChatStream::SendCallback callback) {
  MutexLock lock(mu_);
  const auto id = session_.Send(std::move(message), SteadyTime::Now());
  if (!id.ok()) return id.status();
  send_callbacks_.emplace(*id, std::move(callback));
  work_.NotifyOne(mu_);
  return absl::OkStatus();
}

void ChatEngine::SetTyping(std::string_view room_id, bool active) {
  MutexLock lock(mu_);
  session_.SetTyping(room_id, active);
  work_.NotifyOne(mu_);
}

bool ChatEngine::MarkRead(std::string_view room_id, uint64_t seq) {
  MutexLock lock(mu_);
  const bool taken = session_.MarkRead(room_id, seq);
  work_.NotifyOne(mu_);
  return taken;
}

void ChatEngine::WatchPresence(std::vector<std::string> user_ids) {
  MutexLock lock(mu_);
  session_.WatchPresence(std::move(user_ids));
  work_.NotifyOne(mu_);
}

void ChatEngine::SetPresence(v1::PresenceStatus status) {
  MutexLock lock(mu_);
  session_.SetPresence(status);
  work_.NotifyOne(mu_);
}

Cursors ChatEngine::cursors() const {
  MutexLock lock(mu_);
  return session_.cursors();
}

void ChatEngine::Close() {
  {
    MutexLock lock(mu_);
    session_.Close();
    work_.NotifyOne(mu_);
    if (std::this_thread::get_id() == loop_id_) return;
  }
  MutexLock lock(join_mu_);
  if (thread_.joinable()) thread_.join();
}

void ChatEngine::Loop() {
  {
    MutexLock lock(mu_);
    loop_id_ = std::this_thread::get_id();
    if (!session_.ended()) session_.Start(SteadyTime::Now());
  }
  std::vector<Posted> posted;
  while (WaitForWork(posted)) {
    CarryOutActions();
    for (const Posted& signal : posted) OnSignal(signal);
    posted.clear();
    CarryOutActions();
  }
}

bool ChatEngine::WaitForWork(std::vector<Posted>& posted) {
  MutexLock lock(mu_);
  while (posted_.empty() && !session_.HasActions()) {
    if (ended_ && connections_.empty()) return false;
    const SteadyTime next = session_.NextDeadline();
    if (const SteadyTime now = SteadyTime::Now(); next <= now) {
      session_.OnTimer(now);
    } else {
      work_.WaitUntil(mu_, next);
    }
  }
  std::swap(posted, posted_);
  return true;
}

void ChatEngine::OnSignal(const Posted& posted) {
  ChatConnection& connection = *connections_.at(posted.link);
  connection.Handle(posted.signal);
  if (posted.signal == ChatConnection::Signal::kRead) {
    OnResponse(posted.link, connection);
    connection.ReadNext();
  } else if (posted.signal == ChatConnection::Signal::kDone) {
    const absl::Status status = ToAbslStatus(connection.status());
    connections_.erase(posted.link);
    MutexLock lock(mu_);
    session_.OnLinkEnded(posted.link, status, SteadyTime::Now());
  }
}

void ChatEngine::OnResponse(LinkId link, ChatConnection& connection) {
  for (auto& event : *connection.response().mutable_events()) {
    {
      MutexLock lock(mu_);
      session_.OnEvent(link, std::move(event), SteadyTime::Now());
    }
    CarryOutActions();
  }
}

void ChatEngine::CarryOutActions() {
  while (true) {
    std::vector<Action> actions;
    {
      MutexLock lock(mu_);
      actions = session_.TakeActions();
    }
    if (actions.empty()) return;
    for (Action& action : actions) {
      std::visit([this](auto& one) { CarryOut(one); }, action);
    }
  }
}

void ChatEngine::CarryOut(action::Connect& connect) {
  const LinkId link = connect.link;
  connections_[link] = ChatConnection::Start(*stub_, caller_, std::move(connect.open),
                                             [this, link](ChatConnection::Signal signal) {
                                               Post({link, signal});
                                             });
}

void ChatEngine::CarryOut(action::Write& write) {
  const auto found = connections_.find(write.link);
  if (found != connections_.end()) found->second->Write(std::move(write.request));
}

void ChatEngine::CarryOut(const action::HalfClose& half_close) {
  // A server that doesn't end streams must not let them pile up.
  CarryOut(action::Cancel{half_closed_});
  half_closed_ = half_close.link;
  const auto found = connections_.find(half_close.link);
  if (found != connections_.end()) found->second->HalfClose();
}

void ChatEngine::CarryOut(const action::Cancel& cancel) {
  const auto found = connections_.find(cancel.link);
  if (found != connections_.end()) found->second->Cancel();
}

void ChatEngine::CarryOut(const action::Deliver& deliver) {
  const v1::ServerEvent& event = deliver.event;
  switch (event.event_case()) {
    case v1::ServerEvent::kOpened:
      return Call(callbacks_.opened, event.opened());
    case v1::ServerEvent::kRoomEvent:
      return Call(callbacks_.room_event, event.room_event());
    case v1::ServerEvent::kCaughtUp:
      return Call(callbacks_.caught_up, event.caught_up());
    case v1::ServerEvent::kLagged:
      return Call(callbacks_.lagged, event.lagged());
    case v1::ServerEvent::kReset:
      return Call(callbacks_.reset, event.reset());
    case v1::ServerEvent::kTyping:
      return Call(callbacks_.typing, event.typing());
    case v1::ServerEvent::kReadMark:
      return Call(callbacks_.read_mark, event.read_mark());
    case v1::ServerEvent::kPresence:
      return Call(callbacks_.presence, event.presence());
    case v1::ServerEvent::kPreferencesChanged:
      return Call(callbacks_.preferences_changed, event.preferences_changed());
    case v1::ServerEvent::kReply:
    case v1::ServerEvent::kHeartbeat:
    case v1::ServerEvent::kDrain:
    case v1::ServerEvent::EVENT_NOT_SET:
      return;  // the session's own affairs
  }
}

void ChatEngine::CarryOut(action::Answer& answer) {
  ChatStream::SendCallback callback;
  {
    MutexLock lock(mu_);
    const auto found = send_callbacks_.find(answer.id);
    callback = std::move(found->second);
    send_callbacks_.erase(found);
  }
  if (callback) callback(std::move(answer.result));
}

void ChatEngine::CarryOut(const action::Disconnected& disconnected) {
  Call(callbacks_.disconnected, disconnected.status, disconnected.retry_in);
}

void ChatEngine::CarryOut(const action::Ended& ended) {
  for (const auto& [link, connection] : connections_) connection->Cancel();
  ended_ = true;
  Call(callbacks_.ended, ended.status);
}

void ChatEngine::Post(const Posted& posted) {
  MutexLock lock(mu_);
  posted_.push_back(posted);
  work_.NotifyOne(mu_);
}

}  // namespace chatter::client
