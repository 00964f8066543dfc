// Who may call which of Chatter's methods.
#ifndef CHATTER_SERVER_RPC_METHODS_H_
#define CHATTER_SERVER_RPC_METHODS_H_

#include "server/interceptors/method_policy.h"

namespace chatter::rpc {

const interceptors::MethodPolicies& Methods();

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_METHODS_H_
