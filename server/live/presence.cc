#include "server/live/presence.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/steady_time.h"
#include "server/model/validate.h"

namespace chatter::live {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(5);  // of reads and writes that nobody waits for

// Whether what has failed may succeed a little later.
bool MayPass(const absl::Status& status) {
  return (absl::IsUnavailable(status) && !IsSchemaChanged(status)) ||
         absl::IsDeadlineExceeded(status) || absl::IsResourceExhausted(status);
}

void CheckUserIds(std::string_view field, const std::vector<std::string>& user_ids,
                  FieldViolations& violations) {
  for (size_t i = 0; i < user_ids.size(); ++i) {
    AddProblem(absl::StrCat(std::string(field), "[", i, "]"), UserIdProblem(user_ids[i]),
               violations);
  }
}

std::vector<UserPresence> AllOffline(const std::vector<std::string>& user_ids) {
  std::vector<UserPresence> presences;
  presences.reserve(user_ids.size());
  for (const std::string& user_id : user_ids) presences.push_back({.user_id = user_id});
  return presences;
}

}  // namespace

Presence::Presence(store::PresenceStore& store, tenants::TenantSettings& settings,
                   const Clock& clock, Encoder encode)
    : store_(store), settings_(settings), clock_(clock), encode_(std::move(encode)) {}

Presence::~Presence() = default;

void Presence::CheckWatched(std::string_view field, const std::vector<std::string>& user_ids,
                            FieldViolations& violations) {
  if (user_ids.size() > kMaxUsers) {
    violations.Add(field, absl::StrCat("may hold up to ", kMaxUsers, " user ids"));
    return;
  }
  CheckUserIds(field, user_ids, violations);
}

void Presence::IfEnabled(const TenantKey& tenant,
                         absl::AnyInvocable<void(const absl::StatusOr<bool>&)> task) {
  settings_.Find(tenant, [this, task = std::move(task)](
                             absl::StatusOr<tenants::TenantSettings::Ptr> settings) mutable {
    absl::StatusOr<bool> enabled = false;
    if (settings.ok()) {
      enabled = (*settings)->has(Feature::kPresence);
    } else {
      enabled = std::move(settings).status();
    }
    worker_.Post(
        [task = std::move(task), enabled = std::move(enabled)]() mutable { task(enabled); });
  });
}

// ---- Streams ----

void Presence::Open(StreamPtr stream, const UserKey& user, PresenceTracker::Role role) {
  worker_.Post(
      [this, stream = std::move(stream), user, role] { tracker_.Open(stream, user, role); });
}

void Presence::SetStatus(StreamPtr stream, PresenceStatus status) {
  worker_.Post([this, stream = std::move(stream), status] { tracker_.SetStatus(stream, status); });
}

void Presence::Watch(StreamPtr stream, std::vector<std::string> user_ids) {
  std::sort(user_ids.begin(), user_ids.end());
  user_ids.erase(std::unique(user_ids.begin(), user_ids.end()), user_ids.end());
  worker_.Post([this, stream = std::move(stream), user_ids = std::move(user_ids)]() mutable {
    tracker_.Watch(stream, std::move(user_ids));
    TellAll(stream);
  });
}

void Presence::Repeat(StreamPtr stream) {
  worker_.Post([this, stream = std::move(stream)] { TellAll(stream); });
}

void Presence::Close(StreamPtr stream) {
  worker_.Post([this, stream = std::move(stream), now = clock_.Steady(), seen_at = clock_.Now()] {
    tracker_.Close(stream, now, seen_at);
  });
}

void Presence::SetInvisible(const UserKey& user, bool invisible) {
  worker_.Post([this, user, invisible] { tracker_.SetInvisible(user, invisible); });
}

void Presence::OnSettingsChanged(const TenantKey& tenant) {
  worker_.Post([this, tenant] {
    for (const StreamPtr& stream : tracker_.WatchersIn(tenant)) TellAll(stream);
  });
}

// ---- Telling ----

// Whatever the stream watches by the time the settings are there: so the order doesn't matter in
// which they come for two lists.
void Presence::TellAll(const StreamPtr& stream) {
  const std::vector<UserKey> watched = tracker_.WatchedBy(stream);
  if (watched.empty()) return;
  const TenantKey& tenant = watched.front().tenant;
  IfEnabled(tenant, [this, stream, tenant](const absl::StatusOr<bool>& enabled) {
    const std::vector<UserKey> users = tracker_.WatchedBy(stream);
    if (!enabled.ok()) {
      if (!MayPass(enabled.status())) return;
      for (const UserKey& user : users) {
        tracker_.Find(user).has_value() ? tracker_.GiveBackChanged(user)
                                        : tracker_.GiveBackUnread(user);
      }
      return;
    }
    if (!*enabled) {
      for (const UserKey& user : users) {
        stream->OnPresence(encode_({.user_id = user.user_id}), flushes_);
      }
      return;
    }
    TellSome(stream, users);
    std::vector<std::string> unknown;
    for (const UserKey& user : users) {
      if (!tracker_.Find(user).has_value()) unknown.push_back(user.user_id);
    }
    // All who watch them hear of what is learnt.
    if (!unknown.empty()) Read(tenant, unknown, SteadyTime::Now() + kTimeout, [](const auto&) {});
  });
}

void Presence::TellSome(const StreamPtr& stream, const std::vector<UserKey>& users) {
  for (const UserKey& user : users) {
    const auto presence = tracker_.Find(user);
    if (presence.has_value()) stream->OnPresence(encode_(*presence), flushes_);
  }
}

void Presence::TellChanged() {
  for (auto& [tenant, user_ids] : tracker_.TakeChanged()) Tell(tenant, std::move(user_ids));
}

// Where presence is off, nobody has been told that anybody is there.
void Presence::Tell(const TenantKey& tenant, std::vector<std::string> user_ids) {
  IfEnabled(tenant,
            [this, tenant, user_ids = std::move(user_ids)](const absl::StatusOr<bool>& enabled) {
              for (const std::string& user_id : user_ids) {
                if (MayPass(enabled.status())) {
                  tracker_.GiveBackChanged({tenant, user_id});
                } else if (enabled.ok() && *enabled) {
                  TellWatchers({tenant, user_id});
                }
              }
            });
}

void Presence::TellWatchers(const UserKey& user) {
  const auto presence = tracker_.Find(user);
  const PresenceTracker::Streams& watchers = tracker_.WatchersOf(user);
  if (!presence.has_value() || watchers.empty()) return;
  const EncodedEvent event = encode_(*presence);
  for (const StreamPtr& watcher : watchers) watcher->OnPresence(event, flushes_);
}

void Presence::FlushOutlets() {
  for (const auto& outlet : flushes_) outlet->Flush();
  flushes_.clear();
}

// ---- The table ----

void Presence::ReadUnread() {
  for (const auto& [tenant, user_ids] : tracker_.TakeUnread()) {
    Read(tenant, user_ids, SteadyTime::Now() + kTimeout, [](const auto&) {});
  }
}

void Presence::Read(const TenantKey& tenant, const std::vector<std::string>& user_ids,
                    SteadyTime deadline, Callback<States> done) {
  store_.Find(tenant, user_ids, deadline,
              [this, tenant, user_ids, asked = tracker_.now(),
               done = std::move(done)](absl::StatusOr<States> states) mutable {
                worker_.Post([this, tenant, user_ids, asked, done = std::move(done),
                              states = std::move(states)]() mutable {
                  if (states.ok()) {
                    Learn(tenant, user_ids, *states, asked);
                  } else if (MayPass(states.status())) {
                    for (const std::string& user_id : user_ids)
                      tracker_.GiveBackUnread({tenant, user_id});
                  }
                  done(std::move(states));
                });
              });
}

void Presence::Learn(const TenantKey& tenant, const std::vector<std::string>& user_ids,
                     const States& states, uint64_t asked) {
  std::vector<std::string> news;
  for (const std::string& user_id : user_ids) {
    const auto found = states.find(user_id);
    const auto state = found == states.end() ? store::PresenceStore::State() : found->second;
    if (tracker_.Learn({tenant, user_id}, state, asked)) news.push_back(user_id);
  }
  if (!news.empty()) Tell(tenant, std::move(news));
}

void Presence::Tick() {
  worker_.Post([this, now = clock_.Steady()] {
    tracker_.EndGraces(now);
    ReadUnread();
    TellChanged();
    WriteUnwritten(nullptr);
  });
}

void Presence::Flush(absl::AnyInvocable<void()> done) {
  // Called when the last one who holds it has finished.
  std::shared_ptr<void> finished(
      nullptr,
      [done = std::make_shared<absl::AnyInvocable<void()>>(std::move(done))](void*) { (*done)(); });
  worker_.Post([this, finished = std::move(finished)] {
    tracker_.EndGraces(SteadyTime::InfiniteFuture());
    WriteUnwritten(finished);
  });
}

void Presence::WriteUnwritten(const std::shared_ptr<void>& finished) {
  for (auto& [tenant, seen] : tracker_.TakeUnwritten()) Write(tenant, std::move(seen), finished);
}

void Presence::Write(const TenantKey& tenant, std::vector<LastSeen> seen,
                     const std::shared_ptr<void>& finished) {
  IfEnabled(tenant,
            [this, tenant, seen = std::move(seen), finished](const absl::StatusOr<bool>& enabled) {
              if (!enabled.ok() || !*enabled) return OnWritten(tenant, seen, enabled.status());
              store_.SaveLastSeen(
                  tenant, seen, SteadyTime::Now() + kTimeout,
                  [this, tenant, seen, finished](absl::Status status) mutable {
                    worker_.Post([this, tenant, seen = std::move(seen), finished,
                                  status = std::move(status)] { OnWritten(tenant, seen, status); });
                  });
            });
}

void Presence::OnWritten(const TenantKey& tenant, const std::vector<LastSeen>& seen,
                         const absl::Status& status) {
  if (!MayPass(status)) return tracker_.Written(tenant, seen);
  for (const LastSeen& one : seen) tracker_.GiveBackUnwritten({tenant, one.user_id});
}

// ---- Asking ----

void Presence::Get(const TenantCaller& caller, std::vector<std::string> user_ids,
                   Callback<std::vector<UserPresence>> done) {
  FieldViolations violations;
  if (user_ids.empty() || user_ids.size() > kMaxUsers) {
    violations.Add("user_ids", absl::StrCat("must be 1 to ", kMaxUsers, " user ids"));
  } else {
    CheckUserIds("user_ids", user_ids, violations);
  }
  if (!violations.empty()) return done(violations.ToStatus());
  IfEnabled(
      caller.tenant(),
      Then(std::move(done), [this, tenant = caller.tenant(), deadline = caller.deadline(),
                             user_ids = std::move(user_ids)](bool enabled, auto& answer) mutable {
        if (!enabled) return answer(AllOffline(user_ids));
        Answer(tenant, user_ids, deadline, std::move(answer));
      }));
}

void Presence::Answer(const TenantKey& tenant, const std::vector<std::string>& user_ids,
                      SteadyTime deadline, Callback<std::vector<UserPresence>> done) {
  std::vector<std::string> unknown;
  for (const std::string& user_id : user_ids) {
    if (!tracker_.Find({tenant, user_id}).has_value()) unknown.push_back(user_id);
  }
  Callback<States> add_known =
      Then(std::move(done), [this, tenant, user_ids](const States& states, auto& answer) {
        std::vector<UserPresence> presences = AllOffline(user_ids);
        for (UserPresence& presence : presences) {
          if (auto found = tracker_.Find({tenant, presence.user_id}); found.has_value()) {
            presence = *std::move(found);
          } else if (const auto state = states.find(presence.user_id); state != states.end()) {
            presence.last_seen_at = state->second.last_seen_at;
          }
        }
        answer(std::move(presences));
      });
  if (unknown.empty()) return add_known(States());
  Read(tenant, unknown, deadline, std::move(add_known));
}

}  // namespace chatter::live
