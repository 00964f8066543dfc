#include "server/interceptors/admission.h"

#include <string>
#include <utility>

#include "server/interceptors/call_context.h"
#include "server/interceptors/metadata.h"
#include "server/interceptors/peer_certificate.h"

namespace chatter::interceptors {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;

class Admission final : public grpc::experimental::Interceptor {
 public:
  Admission(CallContext& context, const identity::Admission& admission)
      : context_(context), admission_(admission) {}

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      Decide(methods);
    } else {
      methods->Proceed();
    }
  }

 private:
  // The call waits; the look-ups' own time limits are the wait's.
  void Decide(InterceptorBatchMethods* methods) {
    const std::string peer = context_.peer();
    identity::IncomingCall call{.method = context_.method(),
                                .policy = std::nullopt,
                                .metadata = MetadataOf(context_),
                                .host = ToView(context_.ExperimentalGetAuthority()),
                                .peer = peer,
                                .certificate_names = PeerCertificateNames(*context_.auth_context()),
                                .request_id = context_.request_id()};
    if (context_.policy() != nullptr) call.policy = *context_.policy();
    admission_.Decide(call, [this, methods](const identity::Verdict& verdict) {
      context_.set_verdict(verdict);
      methods->Proceed();  // the call may be over when this returns
    });
  }

  CallContext& context_;
  const identity::Admission& admission_;
};

}  // namespace

grpc::experimental::Interceptor* AdmissionFactory::CreateServerInterceptor(
    grpc::experimental::ServerRpcInfo* call) {
  CallContext* const context = CallContext::Of(call);
  return context == nullptr ? nullptr : new Admission(*context, admission_);
}

}  // namespace chatter::interceptors
