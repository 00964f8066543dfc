#include "chatter/call_context.h"

#include "server/interceptors/call_context.h"
#include "server/interceptors/status.h"

namespace chatter {

grpc::Status CallContext::Admit(grpc::CallbackServerContext* context, const CallContext** call) {
  const auto caller = interceptors::CallContext::Admit(context);
  if (!caller.ok()) return interceptors::ToGrpcStatus(caller.status());
  *call = dynamic_cast<const CallContext*>(context);
  return grpc::Status::OK;
}

}  // namespace chatter
