// Brings a tenant that lags up to date when it is first used.
//
// Those who want one tenant meanwhile wait together, each for a bounded time. Whatever came of an
// attempt holds for a while: a tenant that can't be migrated isn't tried at each call. That it went
// well doesn't hold for a schema that isn't known (again): that was found out after it.
//
// Thread-safe; doesn't block: the work is done by threads of its own, which run the callbacks, too.
// The migrator and the clock must outlive it.
#ifndef CHATTER_SERVER_STORE_LAZY_MIGRATOR_H_
#define CHATTER_SERVER_STORE_LAZY_MIGRATOR_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "server/base/callback.h"
#include "server/base/clock.h"
#include "server/model/model.h"
#include "server/store/migrator.h"

namespace chatter::store {

class LazyMigrator {
 public:
  struct Options {
    int threads = 2;
    absl::Duration max_wait = absl::Seconds(5);     // of one caller
    absl::Duration retry_after = absl::Seconds(5);  // between two attempts at one tenant
    size_t max_waiting = 10'000;                    // callers, of all tenants together
  };
  LazyMigrator(Options options, const Migrator& migrator, const Clock& clock = Clock::Real());
  // Waits for the migrations under way; whoever still waits for another is told DRAINING.
  ~LazyMigrator();
  LazyMigrator(const LazyMigrator&) = delete;
  LazyMigrator& operator=(const LazyMigrator&) = delete;

  // Calls back at once if the tenant can be served as it is, and else when it can.
  // Errors: UNAVAILABLE (TENANT_NOT_READY): the migration failed, or takes longer than max_wait, or
  // the tenant has the version of a program that is too new; (DRAINING); RESOURCE_EXHAUSTED
  // (OVERLOADED).
  void Prepare(const Tenant& tenant, StatusCallback done);

  // How many attempts there have been.
  uint64_t attempts() const;

 private:
  struct Attempt {
    explicit Attempt(Tenant what) : tenant(std::move(what)) {}
    const Tenant tenant;
    std::set<uint64_t> waiters;  // keys of waiting_
    bool over = false;
    absl::Status result;
    SteadyTime holds_until;
  };
  struct Waiter {
    SchemaName tenant;
    StatusCallback done;
    SteadyTime gives_up_at;
  };
  using Waiters = std::map<uint64_t, Waiter>;  // the longest waiting first
  using Called = std::vector<StatusCallback>;

  // Waits for the tenant's attempt, or gives its result where that holds: then `done` is untouched.
  std::optional<absl::Status> Join(const Tenant& tenant, StatusCallback& done)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Of one whose schema isn't known any more.
  void ForgetSuccess(const SchemaName& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ForgetOld() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Migrate();
  void End(const SchemaName& name, const absl::Status& result);
  void GiveUp();

  const Options options_;
  const Migrator& migrator_;
  const Clock& clock_;

  mutable Mutex mu_;
  CondVar work_;     // something is in queue_, or stopping_
  CondVar timeout_;  // something is in waiting_, or stopping_
  absl::flat_hash_map<SchemaName, Attempt> attempts_ ABSL_GUARDED_BY(mu_);
  std::deque<SchemaName> queue_ ABSL_GUARDED_BY(mu_);
  std::deque<SchemaName> over_ ABSL_GUARDED_BY(mu_);  // the longest over first
  Waiters waiting_ ABSL_GUARDED_BY(mu_);
  uint64_t next_waiter_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t attempt_count_ ABSL_GUARDED_BY(mu_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::thread> threads_;  // the last member: they use the others
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_LAZY_MIGRATOR_H_
