// Finds out for which tenant a call is and who is calling, before the handler starts, and leaves
// the verdict in the CallContext: gRPC's end of identity::Admission.
//
// Thread-safe.
#ifndef CHATTER_SERVER_INTERCEPTORS_ADMISSION_H_
#define CHATTER_SERVER_INTERCEPTORS_ADMISSION_H_

#include <grpcpp/support/server_interceptor.h>

#include "server/identity/admission.h"

namespace chatter::interceptors {

class AdmissionFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  // `admission` must outlive the server.
  explicit AdmissionFactory(const identity::Admission& admission) : admission_(admission) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* call) override;

 private:
  const identity::Admission& admission_;
};

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_ADMISSION_H_
