#include "server/store/migration_run.h"

#include <algorithm>
#include <utility>

#include "common/steady_time.h"
#include "server/store/why_failed.h"
#include "spdlog/spdlog.h"

namespace chatter::store {

absl::StatusOr<std::unique_ptr<MigrationRun>> MigrationRun::Start(const Migrator& migrator,
                                                                  int jobs) {
  auto tenants = migrator.FindLagging();
  if (!tenants.ok()) return tenants.status();
  std::unique_ptr<MigrationRun> run(new MigrationRun(migrator, *std::move(tenants)));
  const size_t workers = std::min(static_cast<size_t>(jobs), run->total());
  {
    MutexLock lock(run->mu_);
    run->working_ = workers;
  }
  for (size_t i = 0; i < workers; ++i) {
    run->threads_.emplace_back([run = run.get()] { run->Work(); });
  }
  return run;
}

MigrationRun::MigrationRun(const Migrator& migrator, std::vector<SchemaName> tenants)
    : migrator_(migrator), tenants_(std::move(tenants)) {}

MigrationRun::~MigrationRun() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
}

bool MigrationRun::WaitFor(absl::Duration timeout) {
  const SteadyTime end = SteadyTime::Now() + timeout;
  MutexLock lock(mu_);
  while (working_ > 0 && ended_.WaitUntil(mu_, end)) {
  }
  return working_ == 0;
}

MigrationRun::Report MigrationRun::Finish() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  Report report;
  MutexLock lock(mu_);
  std::sort(failures_.begin(), failures_.end(),
            [](const Failure& a, const Failure& b) { return a.tenant < b.tenant; });
  report.failures.swap(failures_);
  report.migrated = done_ - report.failures.size();
  report.not_tried = total() - done_;
  return report;
}

void MigrationRun::Work() {
  // Goes on with a new connection when one is lost; stops when there is none to be had.
  while (!stopping_ && next_ < total()) {
    auto session = migrator_.OpenSession();
    if (!session.ok()) {
      spdlog::error("no connection for migrations: {}", std::string(session.status().message()));
      break;
    }
    bool connected = true;
    while (connected && !stopping_) {
      const size_t mine = next_++;
      if (mine >= total()) break;
      MigrateOne(*session, tenants_[mine]);
      ++done_;
      connected = session->connected();
    }
  }
  MutexLock lock(mu_);
  --working_;
  ended_.NotifyAll(mu_);
}

void MigrationRun::MigrateOne(postgres::BlockingSession& session, const SchemaName& name) {
  // That there is such a tenant was known: it isn't attached if it has gone meanwhile.
  const Tenant tenant{.schema_name = name,
                      .display_name = {},
                      .domains = {},
                      .created_at = {},
                      .schema_version = 1};
  const absl::Status status = migrator_.MigrateTenant(session, tenant);
  if (status.ok() || absl::IsNotFound(status)) return;
  const postgres::BlockingSession::Error& error = session.last_error();
  spdlog::error("the migration of tenant {} failed: {}", name.text(), WhyFailed(status, error));
  MutexLock lock(mu_);
  failures_.push_back({.tenant = name, .sqlstate = error.sqlstate});
}

}  // namespace chatter::store
