// What the interceptors found out about a call, and whether it may go on.
//
// gRPC makes one for each call of a callback service (through CallContextAllocator) and hands it to
// the interceptors and to the handler. The interceptors fill it before the handler starts; after
// that it doesn't change, so handlers may read it from any thread.
//
// An interceptor can't end a call. It leaves a verdict here, and the handler, which gets its Caller
// by Admit only, ends the call with it. No verdict means denied.
#ifndef CHATTER_SERVER_INTERCEPTORS_CALL_CONTEXT_H_
#define CHATTER_SERVER_INTERCEPTORS_CALL_CONTEXT_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_interceptor.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "chatter/call_context.h"
#include "server/base/clock.h"
#include "server/identity/tenant_directory.h"
#include "server/interceptors/method_policy.h"
#include "server/model/model.h"

namespace chatter::interceptors {

class CallContext final : public chatter::CallContext {
 public:
  // How long a unary call may take at most, whatever deadline its client has set.
  static constexpr absl::Duration kMaxCallTime = absl::Seconds(30);

  // Who is calling. Else the status to finish the call with: the interceptors' denial, or INTERNAL
  // when they were not asked. The deadline is the call's own, at most kMaxCallTime from now; a
  // stream's is infinite. Call it first thing in every handler.
  static absl::StatusOr<Caller> Admit(grpc::CallbackServerContext* context);

  // For handlers in any service behind these interceptors. Unless the call was admitted, all but
  // the request id are empty.
  const std::string& request_id() const override { return request_id_; }
  std::string_view schema_name() const override;
  bool multitenant() const override { return multitenant_; }
  std::string_view user_id() const override;
  std::string_view service() const override;
  CredentialKind credential_kind() const;

  // For the interceptors only.
  // Both must outlive the context.
  CallContext(const MethodPolicies& methods, const Clock& clock)
      : methods_(methods), clock_(clock) {}
  // The context of the call that begins; nullptr if it isn't one of ours (a service of another API
  // style, an unknown method).
  static CallContext* Of(grpc::experimental::ServerRpcInfo* call);
  const std::string& method() const { return method_; }
  const std::optional<MethodPolicy>& policy() const { return policy_; }
  const std::optional<SchemaName>& tenant() const { return tenant_; }
  const Principal& principal() const { return principal_; }
  bool denied() const { return verdict_.has_value() && !verdict_->ok(); }
  void set_request_id(std::string request_id) { request_id_ = std::move(request_id); }
  void set_tenant(identity::ResolvedTenant tenant);
  // Who it is; whether that is enough is for the verdict.
  void set_principal(Principal principal) { principal_ = std::move(principal); }
  // The caller may call the method. Doesn't undo a denial.
  void Allow();
  // The first denial stands. `reason` must be an error with a reason of the API's; one without is a
  // defect and becomes INTERNAL, and a lookup that took too long becomes UNAVAILABLE.
  void Deny(const absl::Status& reason);

 private:
  bool allowed() const { return verdict_.has_value() && verdict_->ok(); }
  absl::Time CallerDeadline() const;

  const MethodPolicies& methods_;
  const Clock& clock_;
  std::string method_;
  bool is_stream_ = false;
  std::optional<MethodPolicy> policy_;
  std::string request_id_;
  std::optional<SchemaName> tenant_;
  bool multitenant_ = true;
  Principal principal_;
  std::optional<absl::Status> verdict_;
};

// Makes a CallContext for each call. Thread-safe.
class CallContextAllocator final : public grpc::ContextAllocator {
 public:
  // Both must outlive the server.
  CallContextAllocator(const MethodPolicies& methods, const Clock& clock)
      : methods_(methods), clock_(clock) {}

  grpc::CallbackServerContext* NewCallbackServerContext() override {
    return new CallContext(methods_, clock_);
  }
  // gRPC hands over the contexts of unknown methods too, which are its own and not on the heap.
  void Release(grpc::CallbackServerContext* context) override {
    delete dynamic_cast<CallContext*>(context);
  }

 private:
  const MethodPolicies& methods_;
  const Clock& clock_;
};

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_CALL_CONTEXT_H_
