// All interceptors, in the one order that is right: request id, access log, admission, malformed
// request, reply size.
#ifndef CHATTER_SERVER_INTERCEPTORS_STACK_H_
#define CHATTER_SERVER_INTERCEPTORS_STACK_H_

#include <grpcpp/server_builder.h>

#include <memory>

#include "server/base/clock.h"
#include "server/identity/admission.h"
#include "server/identity/method_policy.h"
#include "server/interceptors/reply_budget.h"

namespace spdlog {
class logger;
}

namespace chatter::interceptors {

// How much metadata a call may carry, in bytes as HTTP/2 counts them. gRPC refuses more.
inline constexpr int kMaxMetadataBytes = 16 * 1024;

// What the interceptors work with. All of it must outlive the server.
struct StackDeps {
  const identity::Admission& admission;
  std::shared_ptr<spdlog::logger> access_log;
  const identity::MethodPolicies& methods;
  const Clock& clock = Clock::Real();
  // How much may wait to be read. nullptr: any amount.
  ReplyBudget* replies = nullptr;
};

// Makes the server that `builder` builds run every call through the interceptors, with a
// CallContext, and accept as much metadata as they may need to see.
void InstallStack(grpc::ServerBuilder& builder, const StackDeps& deps);

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_STACK_H_
