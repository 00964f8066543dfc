#include "server/identity/refusal_log.h"

#include <spdlog/spdlog.h>

#include "server/base/log_text.h"

namespace chatter::identity {

void RefusalLog::Report(const TenantKey& tenant, std::string_view check, SteadyTime now) {
  if (!limiter_.Admit(tenant.text() + '\n' + std::string(check), now)) return;
  spdlog::info("a sign-in is refused: credential={} tenant={} check=\"{}\"", credential_,
               LogField(tenant.text()), check);
}

}  // namespace chatter::identity
