#include "server/app/schemas.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/steady_time.h"
#include "spdlog/spdlog.h"

namespace chatter::app {
namespace {

constexpr absl::Duration kMinPause = absl::Milliseconds(100);
constexpr absl::Duration kMaxPause = absl::Seconds(3);

std::string DescribeFailure(const absl::Status& status) {
  const std::string message(status.message());
  if (absl::IsUnavailable(status)) return "waiting for PostgreSQL: " + message;
  if (absl::IsFailedPrecondition(status)) return "a setting doesn't fit: " + message;
  return "the migration of the database failed, and will be tried again: " + message;
}

}  // namespace

absl::Status PrepareControl(const store::Migrator& migrator, const store::TenantMaker& maker,
                            const std::optional<SchemaName>& single_schema) {
  const auto applied = migrator.MigrateControl();
  if (!applied.ok()) return applied.status();
  spdlog::info("control schema ready: migrations_applied={}", *applied);
  return single_schema.has_value() ? maker.Ensure(*single_schema) : absl::OkStatus();
}

SchemaPreparation::SchemaPreparation(const store::Migrator& migrator,
                                     const store::TenantMaker& maker,
                                     std::optional<SchemaName> single_schema,
                                     std::function<void()> on_ready)
    : migrator_(migrator),
      maker_(maker),
      single_schema_(std::move(single_schema)),
      on_ready_(std::move(on_ready)),
      thread_([this] { Loop(); }) {}

SchemaPreparation::~SchemaPreparation() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
    stopped_.NotifyOne(mu_);
  }
  thread_.join();
}

void SchemaPreparation::Loop() {
  std::string logged;
  absl::Status prepared = absl::UnknownError("not tried yet");
  absl::Duration pause = kMinPause;
  while (true) {
    if (!prepared.ok()) prepared = PrepareControl(migrator_, maker_, single_schema_);
    const absl::Status ready = prepared.ok() ? migrator_.CheckSharedTables() : prepared;
    if (ready.ok()) return on_ready_();
    const std::string failure = DescribeFailure(ready);
    if (failure != logged) spdlog::warn("{}", failure);
    logged = failure;
    if (!Pause(pause)) return;
    pause = std::min(pause * 2, kMaxPause);
  }
}

bool SchemaPreparation::Pause(absl::Duration pause) {
  const SteadyTime end = SteadyTime::Now() + pause;
  MutexLock lock(mu_);
  while (!stopping_ && stopped_.WaitUntil(mu_, end)) {
  }
  return !stopping_;
}

}  // namespace chatter::app
