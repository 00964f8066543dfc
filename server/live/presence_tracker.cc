#include "server/live/presence_tracker.h"

#include <algorithm>

namespace chatter::live {
namespace {

PresenceTracker::ByTenant<std::string> Group(const absl::flat_hash_set<UserKey>& users) {
  PresenceTracker::ByTenant<std::string> groups;
  for (const UserKey& user : users) groups[user.tenant].push_back(user.user_id);
  return groups;
}

}  // namespace

UserPresence PresenceTracker::Entry::Shown(const std::string& user_id) const {
  if (known && !invisible && present()) return {.user_id = user_id, .status = status};
  return {.user_id = user_id, .last_seen_at = last_seen_at};
}

PresenceTracker::Entry& PresenceTracker::EntryOf(const UserKey& user) {
  const auto [found, created] = users_.try_emplace(user);
  if (created) found->second.known_since = ++last_change_;
  return found->second;
}

template <typename Change>
void PresenceTracker::ChangeEntry(const UserKey& user, Entry& entry, Change change) {
  const UserPresence before = entry.Shown(user.user_id);
  change(entry);
  if (entry.online > 0 || entry.away > 0) {
    entry.status = entry.online > 0 ? PresenceStatus::kOnline : PresenceStatus::kAway;
    entry.leaves_at.reset();
  }
  if (!entry.watchers.empty() && entry.Shown(user.user_id) != before) changed_.insert(user);
}

int& PresenceTracker::StreamCount(Entry& entry, PresenceStatus status) {
  return status == PresenceStatus::kOnline ? entry.online : entry.away;
}

void PresenceTracker::Open(const StreamPtr& stream, const UserKey& user, Role role) {
  const auto [found, opened] = streams_.try_emplace(stream, Stream{user, role});
  if (!opened || role == Role::kWatcher) return;
  ChangeEntry(user, EntryOf(user), [this](Entry& entry) {
    if (!entry.present()) {  // they may have become invisible anywhere
      entry.known = false;
      entry.known_since = ++last_change_;
    }
    ++entry.online;
  });
  unread_.insert(user);
}

void PresenceTracker::SetStatus(const StreamPtr& stream, PresenceStatus status) {
  const auto found = streams_.find(stream);
  if (found == streams_.end() || found->second.role == Role::kWatcher) return;
  Stream& open = found->second;
  ChangeEntry(open.user, users_.at(open.user), [&](Entry& entry) {
    --StreamCount(entry, open.status);
    ++StreamCount(entry, status);
  });
  open.status = status;
}

void PresenceTracker::Watch(const StreamPtr& stream, std::vector<std::string> user_ids) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  const TenantKey& tenant = found->second.user.tenant;
  const std::vector<std::string> before = std::exchange(found->second.watched, user_ids);
  for (const std::string& user_id : before) users_.at({tenant, user_id}).watchers.erase(stream);
  for (std::string& user_id : user_ids) {
    Entry& entry = EntryOf({tenant, std::move(user_id)});
    entry.watchers.insert(stream);
    if (!entry.known) entry.told = false;
  }
  for (const std::string& user_id : before) ForgetIfUnused({tenant, user_id});
}

void PresenceTracker::Close(const StreamPtr& stream, SteadyTime now, absl::Time seen_at) {
  Watch(stream, {});
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  const Stream closed = std::move(found->second);
  streams_.erase(found);
  if (closed.role == Role::kWatcher) return;
  Entry& entry = users_.at(closed.user);
  ChangeEntry(closed.user, entry, [&](Entry& user) {
    --StreamCount(user, closed.status);
    if (user.online > 0 || user.away > 0) return;
    user.leaves_at = now + grace_;
    user.left_at = seen_at;
  });
  if (entry.leaves_at.has_value()) leaving_.emplace_back(*entry.leaves_at, closed.user);
}

void PresenceTracker::SetInvisible(const UserKey& user, bool invisible) {
  const auto found = users_.find(user);
  if (found == users_.end()) return;  // the table will tell
  ChangeEntry(user, found->second, [&](Entry& entry) {
    entry.invisible = invisible;
    entry.invisible_since = ++last_change_;
  });
}

bool PresenceTracker::Learn(const UserKey& user, const store::PresenceStore::State& state,
                            uint64_t asked) {
  const auto found = users_.find(user);
  if (found == users_.end() || asked < found->second.known_since) return false;
  Entry& entry = found->second;
  const UserPresence before = entry.Shown(user.user_id);
  entry.known = true;
  if (asked >= entry.invisible_since) entry.invisible = state.invisible;
  entry.last_seen_at = std::max(entry.last_seen_at, state.last_seen_at);
  // That an invisible user has come is no news.
  const bool was_told = std::exchange(entry.told, true);
  return !was_told || entry.Shown(user.user_id) != before;
}

void PresenceTracker::EndGraces(SteadyTime now) {
  while (!leaving_.empty() && leaving_.front().first <= now) {
    const auto [leaves_at, user] = std::move(leaving_.front());
    leaving_.pop_front();
    const auto found = users_.find(user);
    if (found == users_.end() || found->second.leaves_at != leaves_at) continue;  // came back
    Leave(user, found->second);
    ForgetIfUnused(user);
  }
}

void PresenceTracker::Leave(const UserKey& user, Entry& entry) {
  ChangeEntry(user, entry, [&](Entry& left) {
    left.leaves_at.reset();
    if (!left.known || left.invisible) return;
    left.last_seen_at = std::max<std::optional<absl::Time>>(left.last_seen_at, left.left_at);
    left.unwritten = true;
    unwritten_.insert(user);
  });
}

std::optional<UserPresence> PresenceTracker::Find(const UserKey& user) const {
  const auto found = users_.find(user);
  if (found == users_.end() || !found->second.known) return std::nullopt;
  return found->second.Shown(user.user_id);
}

const PresenceTracker::Streams& PresenceTracker::WatchersOf(const UserKey& user) const {
  static const auto* const nobody = new Streams();
  const auto found = users_.find(user);
  return found == users_.end() ? *nobody : found->second.watchers;
}

std::vector<UserKey> PresenceTracker::WatchedBy(const StreamPtr& stream) const {
  std::vector<UserKey> users;
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return users;
  for (const std::string& user_id : found->second.watched) {
    users.push_back({found->second.user.tenant, user_id});
  }
  return users;
}

std::vector<PresenceTracker::StreamPtr> PresenceTracker::WatchersIn(const TenantKey& tenant) const {
  std::vector<StreamPtr> watchers;
  for (const auto& [stream, open] : streams_) {
    if (open.user.tenant == tenant && !open.watched.empty()) watchers.push_back(stream);
  }
  return watchers;
}

PresenceTracker::ByTenant<std::string> PresenceTracker::TakeUnread() {
  return Group(std::exchange(unread_, {}));
}

PresenceTracker::ByTenant<std::string> PresenceTracker::TakeChanged() {
  return Group(std::exchange(changed_, {}));
}

PresenceTracker::ByTenant<PresenceTracker::LastSeen> PresenceTracker::TakeUnwritten() {
  ByTenant<LastSeen> groups;
  for (const UserKey& user : std::exchange(unwritten_, {})) {
    groups[user.tenant].push_back({user.user_id, *users_.at(user).last_seen_at});
  }
  return groups;
}

void PresenceTracker::GiveBackUnread(const UserKey& user) {
  if (users_.contains(user)) unread_.insert(user);
}

void PresenceTracker::GiveBackChanged(const UserKey& user) {
  if (users_.contains(user)) changed_.insert(user);
}

void PresenceTracker::GiveBackUnwritten(const UserKey& user) {
  if (users_.contains(user)) unwritten_.insert(user);
}

void PresenceTracker::Written(const TenantKey& tenant, const std::vector<LastSeen>& seen) {
  for (const LastSeen& one : seen) {
    const UserKey user{tenant, one.user_id};
    const auto found = users_.find(user);
    if (found == users_.end() || unwritten_.contains(user)) continue;  // there is a later one
    found->second.unwritten = false;
    ForgetIfUnused(user);
  }
}

void PresenceTracker::ForgetIfUnused(const UserKey& user) {
  const auto found = users_.find(user);
  if (found == users_.end()) return;
  const Entry& entry = found->second;
  if (!entry.present() && !entry.unwritten && entry.watchers.empty()) users_.erase(found);
}

}  // namespace chatter::live
