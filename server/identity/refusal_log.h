// Tells the log why credentials of one kind are refused: which check of which tenant refused one.
//
// The caller isn't told, so this is where an operator finds out. There is one line a minute for
// each tenant and check, so a stranger can't flood the log. Thread-safe.
#ifndef CHATTER_SERVER_IDENTITY_REFUSAL_LOG_H_
#define CHATTER_SERVER_IDENTITY_REFUSAL_LOG_H_

#include <string>
#include <string_view>

#include "common/steady_time.h"
#include "server/base/log_limiter.h"
#include "server/model/ids.h"

namespace chatter::identity {

class RefusalLog {
 public:
  // `credential`: the kind, such as "jwt".
  explicit RefusalLog(std::string credential) : credential_(std::move(credential)) {}

  // `check`: one of a few texts, with nothing of the credential in it.
  void Report(const TenantKey& tenant, std::string_view check, SteadyTime now);

 private:
  const std::string credential_;
  LogLimiter limiter_;
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_REFUSAL_LOG_H_
