#include "server/stream/chat_sessions.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/model/errors.h"

namespace chatter::stream {
namespace {

absl::Status TooManyStreamsError(size_t max) {
  return MakeRetryableError(
      absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_OVERLOADED,
      absl::StrCat("The user has ", max,
                   " streams open at this server. Close one, then open another."),
      absl::Seconds(5));
}

UserKey UserOf(const ChatSession& session) {
  return {session.caller().tenant(), session.caller().user_id()};
}

}  // namespace

ChatSessions::ChatSessions(const ChatOptions& options, const ChatDeps& deps)
    : options_(options),
      deps_(deps),
      live_bytes_(std::make_shared<LiveBytes>(options.max_all_live_bytes)) {}

std::shared_ptr<ChatSession> ChatSessions::New(
    const UserCaller& caller, std::weak_ptr<ChatSession::Transport> transport) const {
  return std::make_shared<ChatSession>(options_, deps_, caller, std::move(transport), live_bytes_);
}

void ChatSessions::Begin(const std::shared_ptr<ChatSession>& session) {
  bool draining;
  bool added;
  {
    MutexLock lock(mu_);
    added = Add(session);
    draining = draining_;
  }
  if (draining) return session->Fail(DrainingError());
  if (!added) session->Fail(TooManyStreamsError(options_.max_streams_of_user));
}

bool ChatSessions::Add(const std::shared_ptr<ChatSession>& session) {
  size_t& streams = streams_of_users_[UserOf(*session)];
  if (streams >= options_.max_streams_of_user) {
    ++refused_;
    return false;
  }
  ++streams;
  sessions_.insert(session);
  return true;
}

void ChatSessions::Remove(const std::shared_ptr<ChatSession>& session) {
  if (sessions_.erase(session) == 0) return;
  const auto streams = streams_of_users_.find(UserOf(*session));
  if (--streams->second == 0) streams_of_users_.erase(streams);
}

uint64_t ChatSessions::refused() const {
  MutexLock lock(mu_);
  return refused_;
}

void ChatSessions::End(const std::shared_ptr<ChatSession>& session) {
  {
    MutexLock lock(mu_);
    Remove(session);
  }
  session->Close();
}

void ChatSessions::Tick() {
  const SteadyTime now = deps_.clock.Steady();
  for (const auto& session : Snapshot()) session->Tick(now);
}

std::vector<std::shared_ptr<identity::OpenStream>> ChatSessions::Streams() const {
  MutexLock lock(mu_);
  return {sessions_.begin(), sessions_.end()};
}

void ChatSessions::Drain(absl::Duration grace) {
  {
    MutexLock lock(mu_);
    draining_ = true;
  }
  for (const auto& session : Snapshot()) session->Drain(absl::ZeroDuration(), grace / 2);
}

void ChatSessions::EndAll() {
  for (const auto& session : Snapshot()) session->Fail(DrainingError());
}

size_t ChatSessions::active() const {
  MutexLock lock(mu_);
  return sessions_.size();
}

std::vector<std::shared_ptr<ChatSession>> ChatSessions::Snapshot() const {
  MutexLock lock(mu_);
  return {sessions_.begin(), sessions_.end()};
}

}  // namespace chatter::stream
