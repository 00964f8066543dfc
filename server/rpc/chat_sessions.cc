#include "server/rpc/chat_sessions.h"

#include <utility>

#include "server/model/errors.h"

namespace chatter::rpc {
namespace {

absl::Status DrainingError() {
  return MakeRetryableError(absl::StatusCode::kUnavailable, v1::ERROR_REASON_DRAINING,
                            "The server is going away. Connect again and resume with your cursors.",
                            absl::Seconds(1));
}

}  // namespace

ChatSessions::ChatSessions(const ChatOptions& options, const ChatDeps& deps)
    : options_(options),
      deps_(deps),
      live_bytes_(std::make_shared<LiveBytes>(options.max_all_live_bytes)) {}

std::shared_ptr<ChatSession> ChatSessions::New(
    Caller caller, std::weak_ptr<ChatSession::Transport> transport) const {
  return std::make_shared<ChatSession>(options_, deps_, std::move(caller), std::move(transport),
                                       live_bytes_);
}

void ChatSessions::Begin(const std::shared_ptr<ChatSession>& session) {
  bool draining;
  {
    MutexLock lock(mu_);
    sessions_.insert(session);
    draining = draining_;
  }
  if (draining) session->Fail(DrainingError());
}

void ChatSessions::End(const std::shared_ptr<ChatSession>& session) {
  {
    MutexLock lock(mu_);
    sessions_.erase(session);
  }
  session->Close();
}

void ChatSessions::Tick() {
  const absl::Time now = deps_.clock.Now();
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

}  // namespace chatter::rpc
