#include "server/interceptors/reply_size.h"

#include <grpcpp/support/byte_buffer.h>

#include "server/interceptors/call_context.h"

namespace chatter::interceptors {
namespace {

using grpc::experimental::InterceptionHookPoints;

class ReplySize final : public grpc::experimental::Interceptor {
 public:
  explicit ReplySize(CallContext& context) : context_(context) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_MESSAGE)) {
      // Serialized here, it isn't once more.
      context_.HoldReply(methods->GetSerializedSendMessage()->Length());
    }
    methods->Proceed();
  }

 private:
  CallContext& context_;
};

}  // namespace

grpc::experimental::Interceptor* ReplySizeFactory::CreateServerInterceptor(
    grpc::experimental::ServerRpcInfo* call) {
  CallContext* const context = CallContext::Of(call);
  return context == nullptr || context->is_stream() ? nullptr : new ReplySize(*context);
}

}  // namespace chatter::interceptors
