// All interceptors, in the one order that is right: request id, access log, tenant, user, malformed
// request, reply size.
#ifndef CHATTER_SERVER_INTERCEPTORS_STACK_H_
#define CHATTER_SERVER_INTERCEPTORS_STACK_H_

#include <grpcpp/server_builder.h>

#include <memory>

#include "server/base/clock.h"
#include "server/identity/authenticator_chain.h"
#include "server/identity/tenant_directory.h"
#include "server/identity/trusted_proxies.h"
#include "server/identity/user_directory.h"
#include "server/interceptors/credentials.h"
#include "server/interceptors/method_policy.h"
#include "server/interceptors/reply_budget.h"

namespace spdlog {
class logger;
}

namespace chatter::interceptors {

// What the interceptors work with. All of it must outlive the server.
struct StackDeps {
  identity::TenantDirectory& tenants;
  identity::AuthenticatorChain& authenticators;
  identity::UserDirectory& users;
  std::shared_ptr<spdlog::logger> access_log;
  const MethodPolicies& methods;
  const Clock& clock = Clock::Real();
  CredentialOptions credentials = {};
  // Whose word on the host that was called is taken. None, unless told.
  identity::TrustedProxies trusted_proxies = {};
  // How much may wait to be read. nullptr: any amount.
  ReplyBudget* replies = nullptr;
};

// Makes the server that `builder` builds run every call through the interceptors, with a
// CallContext, and accept as much metadata as they may need to see.
void InstallStack(grpc::ServerBuilder& builder, const StackDeps& deps);

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_STACK_H_
