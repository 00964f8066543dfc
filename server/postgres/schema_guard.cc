#include "server/postgres/schema_guard.h"

#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "server/model/errors.h"
#include "server/postgres/sql.h"

namespace chatter::postgres {

uint64_t ParseStamp(std::string_view text) {
  int64_t stamp = 0;
  if (!absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &stamp)) return 0;
  return static_cast<uint64_t>(stamp);
}

Statement GuardStatement(const TenantKey& tenant, int64_t change) {
  return {
      sql::kGuardSchema, std::nullopt,
      std::move(Params().Text(tenant.text()).Int(static_cast<int64_t>(tenant.stamp)).Int(change))};
}

absl::Status GuardSchema(BlockingSession& session, const TenantKey& tenant,
                         absl::FunctionRef<absl::Status()> work) {
  const auto found = session.Query(sql::kFindSchemas, {"{" + tenant.name.Quoted() + "}"});
  if (!found.ok()) return found.status();
  const std::string stamp = found->front()[0].value_or("");
  if (ParseStamp(stamp) != tenant.stamp) return SchemaChangedError();
  if (absl::Status done = work(); !done.ok()) return done;
  absl::Status guarded =
      session.Query(sql::kGuardSchema, {tenant.text(), stamp, found->front()[1].value_or("")})
          .status();
  const bool is_other = !guarded.ok() && session.last_error().sqlstate == kOtherSchemaSqlState;
  return is_other ? SchemaChangedError() : guarded;
}

absl::Status InSchema(BlockingSession& session, const TenantKey& tenant,
                      absl::FunctionRef<absl::Status()> work) {
  return session.InTransaction([&] { return GuardSchema(session, tenant, work); });
}

}  // namespace chatter::postgres
