#include "server/interceptors/malformed_request.h"

#include "server/interceptors/call_context.h"
#include "server/interceptors/status.h"
#include "server/model/errors.h"

namespace chatter::interceptors {
namespace {

using grpc::experimental::InterceptionHookPoints;

class MalformedRequest final : public grpc::experimental::Interceptor {
 public:
  explicit MalformedRequest(CallContext& context) : context_(context) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_MESSAGE) &&
        methods->GetRecvMessage() == nullptr) {
      malformed_ = true;
      context_.Deny(MalformedRequestError());
    }
    if (malformed_ &&
        methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      methods->ModifySendStatus(ToGrpcStatus(CallContext::Admit(&context_).status()));
    }
    methods->Proceed();
  }

 private:
  CallContext& context_;
  bool malformed_ = false;
};

}  // namespace

absl::Status MalformedRequestError() {
  return MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_MALFORMED_REQUEST,
                   "The request isn't the Protobuf message that the method expects.");
}

grpc::experimental::Interceptor* MalformedRequestFactory::CreateServerInterceptor(
    grpc::experimental::ServerRpcInfo* call) {
  if (call->type() != grpc::experimental::ServerRpcInfo::Type::UNARY) return nullptr;
  CallContext* const context = CallContext::Of(call);
  return context == nullptr ? nullptr : new MalformedRequest(*context);
}

}  // namespace chatter::interceptors
