#include "server/postgres/schema_guard.h"

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/model/errors.h"
#include "server/postgres/sql.h"

namespace chatter::postgres {

uint64_t ParseStamp(std::string_view text) {
  int64_t stamp = 0;
  if (!absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &stamp)) return 0;
  return static_cast<uint64_t>(stamp);
}

Statement GuardStatement(const TenantKey& tenant) {
  return {sql::kGuardSchema, std::nullopt,
          Params().Text(tenant.text()).Int(static_cast<int64_t>(tenant.stamp))};
}

absl::Status GuardSchema(BlockingSession& session, const TenantKey& tenant) {
  absl::Status status =
      session
          .Query(sql::kGuardSchema,
                 {tenant.text(), absl::StrCat(static_cast<int64_t>(tenant.stamp))})
          .status();
  const bool is_other = !status.ok() && session.last_error().sqlstate == kOtherSchemaSqlState;
  return is_other ? SchemaChangedError() : status;
}

absl::Status InSchema(BlockingSession& session, const TenantKey& tenant,
                      absl::FunctionRef<absl::Status()> work) {
  return session.InTransaction([&] {
    absl::Status done = work();
    return done.ok() ? GuardSchema(session, tenant) : done;
  });
}

}  // namespace chatter::postgres
