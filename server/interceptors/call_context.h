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
#include "server/identity/admission.h"
#include "server/identity/method_policy.h"
#include "server/interceptors/reply_budget.h"
#include "server/model/model.h"

namespace chatter::interceptors {

class CallContext final : public chatter::CallContext {
 public:
  // How long a unary call may take at most, whatever deadline its client has set.
  static constexpr absl::Duration kMaxCallTime = absl::Seconds(30);

  // Who is calling. Else the status to finish the call with: the interceptors' denial, CANCELLED
  // when the client has left meanwhile, RESOURCE_EXHAUSTED when it doesn't read its replies, or
  // INTERNAL when the interceptors were not asked. The deadline is the call's own, at most
  // kMaxCallTime from now; a stream's is infinite. Call it first thing in every handler.
  static absl::StatusOr<Caller> Admit(grpc::CallbackServerContext* context);

  // What to do with a call that was admitted, before a large reply is made. OK: reply. CANCELLED:
  // its client has left. RESOURCE_EXHAUSTED: too much already waits to be read. Calls that change
  // something are always OK. For handlers.
  static absl::Status MayReply(grpc::CallbackServerContext* context);

  // For handlers in any service behind these interceptors. Until the call is admitted, all but the
  // request id are empty.
  const std::string& request_id() const override { return request_id_; }
  std::string_view schema_name() const override;
  bool multitenant() const override { return caller_.multitenant; }
  std::string_view user_id() const override;
  std::string_view service() const override;
  CredentialKind credential_kind() const;

  // For the interceptors only.
  // All must outlive the context. `replies` may be nullptr: they aren't bounded.
  CallContext(const identity::MethodPolicies& methods, const Clock& clock,
              ReplyBudget* replies = nullptr)
      : methods_(methods), clock_(clock), replies_(replies) {}
  // The context of the call that begins; nullptr if it isn't one of ours (a service of another API
  // style, an unknown method).
  static CallContext* Of(grpc::experimental::ServerRpcInfo* call);
  const std::string& method() const { return method_; }
  // Says what the method's descriptor says, if it has one: a unary call may be registered as a
  // stream, so that gRPC doesn't read its request by itself (rpc/late_parsing.h).
  bool is_stream() const { return is_stream_; }
  // nullptr: nobody may call the method.
  const MethodPolicy* policy() const { return policy_; }
  const std::optional<TenantKey>& tenant() const { return caller_.tenant; }
  const Principal& principal() const { return caller_.principal; }
  // A text that names the caller: no two callers have the same.
  std::string caller() const;
  // Counts the bytes of the reply as held until gRPC has done with the call.
  void HoldReply(size_t bytes);
  bool admitted() const { return verdict_.has_value() && verdict_->ok(); }
  bool denied() const { return verdict_.has_value() && !verdict_->ok(); }
  void set_request_id(std::string request_id) { request_id_ = std::move(request_id); }
  // Who calls, and whether they may. Doesn't undo a denial.
  void set_verdict(const identity::Verdict& verdict);
  // The call is to end with this, or with what identity::RefusalFor makes of it. The first denial
  // stands.
  void Deny(const absl::Status& reason);

 private:
  SteadyTime CallerDeadline() const;
  absl::Status CheckReplies() const;
  ReplyBudget::Owner ReplyOwner() const { return {.caller = caller(), .connection = peer()}; }

  const identity::MethodPolicies& methods_;
  const Clock& clock_;
  ReplyBudget* const replies_;
  ReplyBudget::Hold held_reply_;
  std::string method_;
  bool is_stream_ = false;
  const MethodPolicy* policy_ = nullptr;
  std::string request_id_;
  Caller caller_;  // without a deadline
  std::optional<absl::Status> verdict_;
};

// Makes a CallContext for each call. Thread-safe.
class CallContextAllocator final : public grpc::ContextAllocator {
 public:
  // All must outlive the server. `replies` may be nullptr.
  CallContextAllocator(const identity::MethodPolicies& methods, const Clock& clock,
                       ReplyBudget* replies = nullptr)
      : methods_(methods), clock_(clock), replies_(replies) {}

  grpc::CallbackServerContext* NewCallbackServerContext() override {
    return new CallContext(methods_, clock_, replies_);
  }
  // gRPC hands over the contexts of unknown methods too, which are its own and not on the heap.
  void Release(grpc::CallbackServerContext* context) override {
    delete dynamic_cast<CallContext*>(context);
  }

 private:
  const identity::MethodPolicies& methods_;
  const Clock& clock_;
  ReplyBudget* const replies_;
};

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_CALL_CONTEXT_H_
