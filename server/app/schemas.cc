#include "server/app/schemas.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "spdlog/spdlog.h"

namespace chatter::app {
namespace {

constexpr absl::Duration kMinPause = absl::Milliseconds(100);
constexpr absl::Duration kMaxPause = absl::Seconds(3);

// libpq's messages have several lines.
absl::Status OneLine(const absl::Status& status) {
  const std::string text(status.message());
  return {
      status.code(),
      absl::StrJoin(absl::StrSplit(text, absl::ByAnyChar("\n\t"), absl::SkipWhitespace()), " ")};
}

std::string DescribeFailure(const absl::Status& status) {
  const std::string message(status.message());
  if (absl::IsUnavailable(status)) return "waiting for PostgreSQL: " + message;
  return "the migration of the database failed, and will be tried again: " + message;
}

}  // namespace

absl::StatusOr<store::Migrator::Report> PrepareSchemas(
    const store::Migrator& migrator, const std::optional<SchemaName>& single_schema) {
  auto report = migrator.MigrateAll();
  if (!report.ok()) return OneLine(report.status());
  if (!single_schema.has_value()) return report;
  const auto made = migrator.CreateTenant(
      {.schema_name = *single_schema, .display_name = {}, .domains = {}, .created_at = {}});
  if (!made.ok() && !absl::IsAlreadyExists(made.status())) return OneLine(made.status());
  return report;
}

SchemaPreparation::SchemaPreparation(const store::Migrator& migrator,
                                     std::optional<SchemaName> single_schema,
                                     std::function<void()> on_ready)
    : migrator_(migrator),
      single_schema_(std::move(single_schema)),
      on_ready_(std::move(on_ready)),
      thread_([this] { Loop(); }) {}

SchemaPreparation::~SchemaPreparation() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
  }
  stopped_.NotifyOne();
  thread_.join();
}

void SchemaPreparation::Loop() {
  std::string logged;
  absl::Duration pause = kMinPause;
  while (true) {
    const auto report = PrepareSchemas(migrator_, single_schema_);
    if (report.ok()) {
      spdlog::info("schemas ready: tenants={} migrations_applied={}", report->tenants,
                   report->applied);
      return on_ready_();
    }
    const std::string failure = DescribeFailure(report.status());
    if (failure != logged) spdlog::warn("{}", failure);
    logged = failure;
    if (!Pause(pause)) return;
    pause = std::min(pause * 2, kMaxPause);
  }
}

bool SchemaPreparation::Pause(absl::Duration pause) {
  const absl::Time end = absl::Now() + pause;
  MutexLock lock(mu_);
  while (!stopping_ && absl::Now() < end) stopped_.WaitFor(mu_, end - absl::Now());
  return !stopping_;
}

}  // namespace chatter::app
