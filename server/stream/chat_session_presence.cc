// The presence of others, as a session watches it, and that of its own user.
#include <utility>

#include "server/model/errors.h"
#include "server/stream/chat_session.h"
#include "server/wire/convert.h"

namespace chatter::stream {

// Whoever may only read must not change what others see of the user.
live::PresenceTracker::Role ChatSession::PresenceRole() const {
  using Role = live::PresenceTracker::Role;
  const auto& scope = caller_.principal().scope;
  return scope != nullptr && scope->read_only ? Role::kWatcher : Role::kUser;
}

void ChatSession::OnWatchPresence(const std::string& request_id, const v1::WatchPresence& watch) {
  FieldViolations violations;
  std::vector<std::string> user_ids = wire::ToStrings(watch.user_ids());
  live::Presence::CheckWatched("user_ids", user_ids, violations);
  if (!violations.empty()) return ReplyError(request_id, violations.ToStatus());
  ReplyDone(request_id);
  {
    MutexLock lock(mu_);
    if (state_ == State::kLoading) {
      watched_while_loading_ = std::move(user_ids);
      return;
    }
  }
  deps_.presence.Watch(shared_from_this(), std::move(user_ids));
}

void ChatSession::OnSetPresence(const std::string& request_id, const v1::SetPresence& set) {
  if (set.status() != v1::PRESENCE_STATUS_ONLINE && set.status() != v1::PRESENCE_STATUS_AWAY) {
    FieldViolations violations;
    violations.Add("status", "must be ONLINE or AWAY");
    return ReplyError(request_id, violations.ToStatus());
  }
  deps_.presence.SetStatus(shared_from_this(), static_cast<PresenceStatus>(set.status()));
  ReplyDone(request_id);
}

void ChatSession::OnPresence(const EncodedEvent& presence, live::Flushes& flushes) {
  MutexLock lock(mu_);
  if (state_ != State::kOpen) return;
  outbox_.AddPresence(presence);
  AskForFlush(flushes);
}

}  // namespace chatter::stream
