// Who may call which of Chatter's methods.
#ifndef CHATTER_SERVER_RPC_METHODS_H_
#define CHATTER_SERVER_RPC_METHODS_H_

#include "server/identity/method_policy.h"

namespace chatter::rpc {

const identity::MethodPolicies& Methods();

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_METHODS_H_
