// What PostgreSQL complains about, in the log: the same complaint about the same tenant once a
// minute.
//
// A tenant whose tables are gone is asked for many times a second, and each time PostgreSQL says
// the same. It also keeps count of the tenants that are broken. Thread-safe.
#ifndef CHATTER_SERVER_POSTGRES_ERROR_LOG_H_
#define CHATTER_SERVER_POSTGRES_ERROR_LOG_H_

#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "common/mutex.h"
#include "common/steady_time.h"
#include "server/base/log_limiter.h"

namespace chatter::postgres {

struct Statement;

class ErrorLog {
 public:
  // `statement` may be null. `message` may be any text.
  void Report(std::string_view sqlstate, const Statement* statement, std::string_view message);

  // How long a tenant counts as broken after a statement has failed for that.
  static constexpr absl::Duration kBrokenFor = absl::Minutes(1);
  size_t CountBroken(SteadyTime now) const;

 private:
  static constexpr size_t kMaxBroken = 10'000;

  void NoteBroken(const std::string& tenant, SteadyTime now);

  LogLimiter limiter_;
  mutable Mutex mu_;
  absl::flat_hash_map<std::string, SteadyTime> broken_until_ ABSL_GUARDED_BY(mu_);  // by tenant
};

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_ERROR_LOG_H_
