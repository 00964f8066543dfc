#include "server/store/lazy_migrator.h"

#include <algorithm>
#include <optional>
#include <string>

#include "common/steady_time.h"
#include "server/model/errors.h"

namespace chatter::store {
namespace {

absl::Status NotReadyError(absl::Duration retry_after) {
  return MakeRetryableError(absl::StatusCode::kUnavailable, v1::ERROR_REASON_TENANT_NOT_READY,
                            "The tenant is being brought up to date. Retry a little later.",
                            retry_after);
}

absl::Status MigrationFailedError(absl::Duration retry_after) {
  return MakeRetryableError(absl::StatusCode::kUnavailable, v1::ERROR_REASON_TENANT_NOT_READY,
                            "The tenant couldn't be brought up to date; the server's log tells "
                            "why. It will be tried again.",
                            retry_after);
}

absl::Status TooNewError() {
  return MakeRetryableError(absl::StatusCode::kUnavailable, v1::ERROR_REASON_TENANT_NOT_READY,
                            "The tenant was brought up to date by a newer server than this one. "
                            "Retry, to reach one of those.",
                            absl::Seconds(1));
}

absl::Status TooManyWaitingError() {
  return MakeRetryableError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_OVERLOADED,
                            "Too many calls wait for tenants that are being brought up to date. "
                            "Retry a little later.",
                            absl::Seconds(5));
}

}  // namespace

LazyMigrator::LazyMigrator(Options options, const Migrator& migrator, const Clock& clock)
    : options_(options), migrator_(migrator), clock_(clock) {
  for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { Migrate(); });
  threads_.emplace_back([this] { GiveUp(); });
}

LazyMigrator::~LazyMigrator() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
    work_.NotifyAll(mu_);
    timeout_.NotifyAll(mu_);
  }
  for (std::thread& thread : threads_) thread.join();
  Waiters left;
  {
    MutexLock lock(mu_);
    left.swap(waiting_);
  }
  for (auto& [key, waiter] : left) waiter.done(DrainingError());
}

void LazyMigrator::Prepare(const Tenant& tenant, StatusCallback done) {
  switch (migrator_.ReadinessOf(tenant)) {
    case Migrator::Readiness::kReady:
      return done(absl::OkStatus());
    case Migrator::Readiness::kTooNew:
      return done(TooNewError());
    case Migrator::Readiness::kLagging:
      break;
  }
  std::optional<absl::Status> answer;
  {
    MutexLock lock(mu_);
    ForgetOld();
    answer = Join(tenant, done);
  }
  if (answer.has_value()) done(*std::move(answer));
}

std::optional<absl::Status> LazyMigrator::Join(const Tenant& tenant, StatusCallback& done) {
  if (!tenant.schema_is_known) ForgetSuccess(tenant.schema_name);
  const auto [found, is_new] = attempts_.try_emplace(tenant.schema_name, tenant);
  Attempt& attempt = found->second;
  // If it went well, what the caller knows of the tenant is older.
  if (attempt.over) return attempt.result;
  if (waiting_.size() >= options_.max_waiting) {
    if (is_new) attempts_.erase(found);
    return TooManyWaitingError();
  }
  attempt.waiters.insert(next_waiter_);
  waiting_.emplace(next_waiter_++, Waiter{.tenant = tenant.schema_name,
                                          .done = std::move(done),
                                          .gives_up_at = SteadyTime::Now() + options_.max_wait});
  if (waiting_.size() == 1) timeout_.NotifyOne(mu_);
  if (is_new) {
    queue_.push_back(tenant.schema_name);
    work_.NotifyOne(mu_);
  }
  return std::nullopt;
}

void LazyMigrator::ForgetSuccess(const SchemaName& name) {
  const auto found = attempts_.find(name);
  if (found == attempts_.end() || !found->second.over || !found->second.result.ok()) return;
  attempts_.erase(found);
  over_.erase(std::find(over_.begin(), over_.end(), name));
}

void LazyMigrator::ForgetOld() {
  const SteadyTime now = clock_.Steady();
  while (!over_.empty()) {
    const auto oldest = attempts_.find(over_.front());
    if (oldest->second.holds_until > now) return;
    attempts_.erase(oldest);
    over_.pop_front();
  }
}

void LazyMigrator::Migrate() {
  while (true) {
    std::optional<Tenant> tenant;
    {
      MutexLock lock(mu_);
      while (queue_.empty() && !stopping_) work_.Wait(mu_);
      if (stopping_) return;
      tenant = attempts_.at(queue_.front()).tenant;
      queue_.pop_front();
      ++attempt_count_;
    }
    End(tenant->schema_name, migrator_.MigrateTenant(*tenant));
  }
}

void LazyMigrator::End(const SchemaName& name, const absl::Status& result) {
  Called called;
  const absl::Status answer =
      result.ok() ? absl::OkStatus() : MigrationFailedError(options_.retry_after);
  {
    MutexLock lock(mu_);
    Attempt& attempt = attempts_.at(name);
    attempt.over = true;
    attempt.result = answer;
    attempt.holds_until = clock_.Steady() + options_.retry_after;
    over_.push_back(name);
    for (const uint64_t key : attempt.waiters) {
      const auto waiter = waiting_.find(key);
      called.push_back(std::move(waiter->second.done));
      waiting_.erase(waiter);
    }
    attempt.waiters.clear();
  }
  for (auto& done : called) done(answer);
}

void LazyMigrator::GiveUp() {
  while (true) {
    Called called;
    {
      MutexLock lock(mu_);
      while (waiting_.empty() && !stopping_) timeout_.Wait(mu_);
      if (stopping_) return;
      const SteadyTime now = SteadyTime::Now();
      while (!waiting_.empty() && waiting_.begin()->second.gives_up_at <= now) {
        const auto first = waiting_.begin();
        attempts_.at(first->second.tenant).waiters.erase(first->first);
        called.push_back(std::move(first->second.done));
        waiting_.erase(first);
      }
      if (called.empty()) timeout_.WaitUntil(mu_, waiting_.begin()->second.gives_up_at);
    }
    for (auto& done : called) done(NotReadyError(absl::Seconds(1)));
  }
}

uint64_t LazyMigrator::attempts() const {
  MutexLock lock(mu_);
  return attempt_count_;
}

}  // namespace chatter::store
