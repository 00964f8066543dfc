#include "server/postgres/error_log.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/base/log_text.h"
#include "server/model/errors.h"
#include "server/postgres/one_line.h"
#include "server/postgres/sqlstate.h"
#include "server/postgres/statement.h"
#include "spdlog/spdlog.h"

namespace chatter::postgres {

void ErrorLog::Report(std::string_view sqlstate, const Statement* statement,
                      std::string_view message) {
  const std::string name(statement == nullptr ? "" : NameOf(*statement));
  const std::string schema =
      statement == nullptr || !statement->tenant.has_value() ? "" : statement->tenant->text();
  if (ReasonOf(StatementError(sqlstate, statement, 0)) == v1::ERROR_REASON_TENANT_BROKEN) {
    NoteBroken(schema, SteadyTime::Now());
  }
  const std::string kind = absl::StrCat(std::string(sqlstate), " ", name, " ", schema);
  if (!limiter_.Admit(kind, SteadyTime::Now())) return;
  spdlog::warn("database error: sqlstate={} statement={} schema={} message=\"{}\"", sqlstate, name,
               LogField(schema), OneLine(message));
}

void ErrorLog::NoteBroken(const std::string& tenant, SteadyTime now) {
  MutexLock lock(mu_);
  if (broken_until_.size() >= kMaxBroken) {
    absl::erase_if(broken_until_, [now](const auto& entry) { return entry.second <= now; });
  }
  if (broken_until_.size() < kMaxBroken) broken_until_[tenant] = now + kBrokenFor;
}

size_t ErrorLog::CountBroken(SteadyTime now) const {
  MutexLock lock(mu_);
  return static_cast<size_t>(
      std::count_if(broken_until_.begin(), broken_until_.end(),
                    [now](const auto& entry) { return entry.second > now; }));
}

}  // namespace chatter::postgres
