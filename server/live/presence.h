// Presence: who is there, told to those who ask and to the streams that watch.
//
// Knows of this node's streams only. What they tell goes to a PresenceTracker, which belongs to one
// worker. A stream that watches users hears of each at once, and then once a second at the most of
// those who have changed. Nothing here makes a stream wait: what the table has to say of its user
// is read with the next tick, for all streams that are new together, and when users were last seen
// is written in the same way.
//
// Thread-safe. What it is made of must outlive it.
#ifndef CHATTER_SERVER_LIVE_PRESENCE_H_
#define CHATTER_SERVER_LIVE_PRESENCE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "server/base/callback.h"
#include "server/base/clock.h"
#include "server/base/worker.h"
#include "server/live/hub.h"
#include "server/live/presence_tracker.h"
#include "server/model/caller.h"
#include "server/model/errors.h"
#include "server/model/model.h"
#include "server/model/presence.h"
#include "server/store/presence_store.h"
#include "server/tenants/tenant_settings.h"

namespace chatter::live {

class Presence {
 public:
  static constexpr absl::Duration kGrace = absl::Seconds(10);
  static constexpr size_t kMaxUsers = 200;  // to watch on a stream, and to ask for

  using Encoder = std::function<EncodedEvent(const UserPresence&)>;
  using StreamPtr = PresenceTracker::StreamPtr;

  Presence(store::PresenceStore& store, tenants::TenantSettings& settings, const Clock& clock,
           Encoder encode);
  // REQUIRES: the store's database has been stopped. No stream is called once this returns.
  ~Presence();

  // Adds what is wrong with the ids of users to watch.
  static void CheckWatched(std::string_view field, const std::vector<std::string>& user_ids,
                           FieldViolations& violations);

  // The user has one more stream, and is ONLINE there, unless it is a watcher's.
  void Open(StreamPtr stream, const UserKey& user, PresenceTracker::Role role);
  // REQUIRES: not kOffline.
  void SetStatus(StreamPtr stream, PresenceStatus status);
  // Whom the stream watches, in place of whom it watched before. REQUIRES: CheckWatched.
  void Watch(StreamPtr stream, std::vector<std::string> user_ids);
  // Tells the stream once more how it is with all whom it watches.
  void Repeat(StreamPtr stream);
  // The stream may be called for a moment longer.
  void Close(StreamPtr stream);

  // For those who may ask, in the order of `user_ids`. Errors: INVALID_ARGUMENT (INVALID_FIELD).
  void Get(const TenantCaller& caller, std::vector<std::string> user_ids,
           Callback<std::vector<UserPresence>> done);

  // The user has chosen so, and it is committed.
  void SetInvisible(const UserKey& user, bool invisible);
  // The tenant may have switched presence on or off, and TenantSettings has forgotten which.
  void OnSettingsChanged(const TenantKey& tenant);

  // To be called every second.
  void Tick();
  // Writes when users who are gone by now were last seen, without waiting for their grace; then
  // calls `done`.
  void Flush(absl::AnyInvocable<void()> done);

 private:
  using LastSeen = store::PresenceStore::LastSeen;
  using States = store::PresenceStore::States;

  // Calls `task`, on the worker, with whether the tenant has presence.
  void IfEnabled(const TenantKey& tenant,
                 absl::AnyInvocable<void(const absl::StatusOr<bool>&)> task);

  // These run on the worker.
  void ReadUnread();
  void TellChanged();
  void WriteUnwritten(const std::shared_ptr<void>& finished);
  void Read(const TenantKey& tenant, const std::vector<std::string>& user_ids, SteadyTime deadline,
            Callback<States> done);
  void Learn(const TenantKey& tenant, const std::vector<std::string>& user_ids,
             const States& states, uint64_t asked);
  void Tell(const TenantKey& tenant, std::vector<std::string> user_ids);
  void TellWatchers(const UserKey& user);
  void TellAll(const StreamPtr& stream);
  void TellSome(const StreamPtr& stream, const std::vector<UserKey>& users);
  void Answer(const TenantKey& tenant, const std::vector<std::string>& user_ids,
              SteadyTime deadline, Callback<std::vector<UserPresence>> done);
  void Write(const TenantKey& tenant, std::vector<LastSeen> seen,
             const std::shared_ptr<void>& finished);
  void OnWritten(const TenantKey& tenant, const std::vector<LastSeen>& seen,
                 const absl::Status& status);
  void FlushOutlets();

  store::PresenceStore& store_;
  tenants::TenantSettings& settings_;
  const Clock& clock_;
  const Encoder encode_;

  // The worker alone touches these.
  PresenceTracker tracker_{kGrace};
  Flushes flushes_;

  Worker worker_{[this] { FlushOutlets(); }};  // the last member: its closures use the others
};

}  // namespace chatter::live

#endif  // CHATTER_SERVER_LIVE_PRESENCE_H_
