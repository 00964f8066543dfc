#include "server/store/session_source.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/steady_time.h"
#include "server/model/errors.h"
#include "server/store/why_failed.h"
#include "spdlog/spdlog.h"

namespace chatter::store {
namespace {

// Whether the error says all there is to say, to whoever called.
bool IsForCallers(const absl::Status& status) {
  const v1::ErrorReason reason = ReasonOf(status);
  return reason != v1::ERROR_REASON_UNSPECIFIED && reason != v1::ERROR_REASON_INTERNAL &&
         reason != v1::ERROR_REASON_DATABASE_UNAVAILABLE;
}

}  // namespace

SessionSource::SessionSource(std::string url, std::string application_name)
    : url_(std::move(url)),
      application_name_(std::move(application_name)),
      pool_([this] { return Open(); }) {}

absl::StatusOr<postgres::BlockingSession> SessionSource::Open() const {
  return postgres::BlockingSession::Open(url_, &stop_, application_name_);
}

absl::Status SessionSource::Run(
    std::string_view what, absl::FunctionRef<absl::Status(postgres::BlockingSession&)> work) const {
  auto session = pool_.Take();
  const bool was_connected = connected_.exchange(session.ok());
  if (!session.ok()) {
    if (was_connected) {
      spdlog::warn("{} waits: no connection: {}", what, std::string(session.status().message()));
    }
    return DatabaseUnavailableError();
  }
  absl::Status status = work(*session);
  const postgres::BlockingSession::Error error = session->last_error();
  pool_.GiveBack(*std::move(session));
  if (status.ok() || IsForCallers(status) || absl::IsCancelled(status)) return status;
  if (failures_logged_.Admit(absl::StrCat(error.sqlstate, " ", std::string(what)),
                             SteadyTime::Now())) {
    spdlog::error("{} failed: {}: {}", what, absl::StatusCodeToString(status.code()),
                  WhyFailed(status, error));
  }
  return absl::IsUnavailable(status) ? status : InternalError();
}

}  // namespace chatter::store
