#include "server/app/migrate_command.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <string>

#include "common/steady_time.h"
#include "server/app/progress.h"
#include "server/app/schemas.h"
#include "server/middleware/identity_backend.h"
#include "server/store/migration_run.h"
#include "server/store/migrator.h"
#include "server/store/session_source.h"
#include "server/store/tenant_maker.h"
#include "server/store/tenant_restoring.h"
#include "spdlog/spdlog.h"

namespace chatter::app {
namespace {

using store::MigrationRun;

constexpr absl::Duration kBarInterval = absl::Milliseconds(100);
constexpr absl::Duration kLineInterval = absl::Seconds(5);
constexpr size_t kMaxListedFailures = 100;
constexpr char kClearLine[] = "\r\033[K";

size_t TerminalWidth() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// A bar that moves, on a terminal; else a line now and then.
void ShowUntilOver(MigrationRun& run, std::ostream& err) {
  const bool on_terminal = isatty(STDERR_FILENO) != 0;
  const SteadyTime start = SteadyTime::Now();
  while (!run.WaitFor(on_terminal ? kBarInterval : kLineInterval)) {
    const Progress progress{
        .done = run.done(), .total = run.total(), .elapsed = SteadyTime::Now() - start};
    if (on_terminal) {
      err << kClearLine << RenderProgressBar(progress, TerminalWidth() - 1) << std::flush;
    } else {
      spdlog::info("migrating tenants: {}", DescribeProgress(progress));
    }
  }
  if (on_terminal) err << kClearLine << std::flush;
}

bool Report(const MigrationRun::Report& report, absl::Duration elapsed, std::ostream& err) {
  spdlog::info("tenants migrated: migrated={} failed={} not_tried={} duration={}", report.migrated,
               report.failures.size(), report.not_tried, absl::FormatDuration(elapsed));
  if (!report.failures.empty()) {
    err << "chatterd: these tenants couldn't be migrated; the log above says why:\n";
    for (size_t i = 0; i < report.failures.size() && i < kMaxListedFailures; ++i) {
      const MigrationRun::Failure& failure = report.failures[i];
      err << "  " << failure.tenant.text() << " (SQLSTATE "
          << (failure.sqlstate.empty() ? "none" : failure.sqlstate) << ")\n";
    }
    if (report.failures.size() > kMaxListedFailures) {
      err << "  and " << report.failures.size() - kMaxListedFailures << " others\n";
    }
  }
  if (report.not_tried > 0) {
    err << "chatterd: the database went away; " << report.not_tried
        << " tenants are left. Run it again.\n";
  }
  return report.failures.empty() && report.not_tried == 0;
}

}  // namespace

bool RunMigrate(const config::Config& config, const std::vector<SchemaName>& restored,
                std::ostream& err) {
  const store::Migrator migrator(middleware::MigratorOptionsOf(config));
  const store::SessionSource sessions(config.database_url, "chatterd migrate");
  const store::TenantMaker maker(migrator, sessions);
  const SteadyTime start = SteadyTime::Now();
  const absl::Status prepared = PrepareControl(migrator, maker, config.single_schema);
  if (!prepared.ok()) {
    spdlog::error("the migration failed: {}", std::string(prepared.message()));
    return false;
  }
  for (const SchemaName& name : restored) {
    if (!store::MarkRestored(sessions, name).ok()) return false;  // the log tells why
  }
  auto run = MigrationRun::Start(migrator, config.migrate_jobs);
  if (!run.ok()) {
    spdlog::error("the migration failed: {}", std::string(run.status().message()));
    return false;
  }
  ShowUntilOver(**run, err);
  return Report((*run)->Finish(), SteadyTime::Now() - start, err);
}

}  // namespace chatter::app
