// The way of every unary call through its handler.
//
// The only way in which a handler gets its Caller, so that none is reached without the
// interceptors' verdict; and the only place that finishes a unary call.
#ifndef CHATTER_SERVER_RPC_UNARY_H_
#define CHATTER_SERVER_RPC_UNARY_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/callback.h"
#include "server/interceptors/call_context.h"
#include "server/interceptors/status.h"
#include "server/model/caller.h"
#include "server/model/errors.h"

namespace chatter::rpc {

// Finishes a call exactly once: at the latest, and then as a defect, when it is destroyed.
class UnaryFinisher {
 public:
  explicit UnaryFinisher(grpc::ServerUnaryReactor* reactor) : reactor_(reactor) {}
  UnaryFinisher(UnaryFinisher&& other) noexcept
      : reactor_(std::exchange(other.reactor_, nullptr)) {}
  UnaryFinisher& operator=(UnaryFinisher&&) = delete;
  ~UnaryFinisher() {
    if (reactor_ != nullptr) reactor_->Finish(interceptors::ToGrpcStatus(InternalError()));
  }

  void Finish(const absl::Status& status) {
    std::exchange(reactor_, nullptr)->Finish(interceptors::ToGrpcStatus(status));
  }

 private:
  grpc::ServerUnaryReactor* reactor_;  // gRPC's; there until it is finished
};

// The verdict of the interceptors, as a caller of a kind.
template <typename Who>
absl::StatusOr<Who> AdmitAs(grpc::CallbackServerContext* context) {
  const absl::StatusOr<Caller> caller = interceptors::CallContext::Admit(context);
  if (!caller.ok()) return caller.status();
  return Who::Of(*caller);
}

// As whom a rule wants to be called: what `rule(const Who&, Done)` says.
template <typename Rule>
struct WhoCalls : WhoCalls<decltype(&Rule::operator())> {};
template <typename Rule, typename Who, typename Done>
struct WhoCalls<void (Rule::*)(const Who&, Done) const> {
  using Type = Who;
};

// Runs `rule(const Who&, Callback<Result>)` if the call is admitted and its caller is a Who (see
// model/caller.h), and `fill(Result)` if that succeeds and the call may still be answered. `fill`
// runs on the callback's thread and may write to the call's response: that lives until the call is
// finished, even when its client has cancelled it, which a rule needn't notice.
template <typename Result, typename Rule, typename Fill>
grpc::ServerUnaryReactor* RunUnary(grpc::CallbackServerContext* context, Rule&& rule, Fill fill) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  UnaryFinisher finisher(reactor);
  const auto caller = AdmitAs<typename WhoCalls<std::decay_t<Rule>>::Type>(context);
  if (!caller.ok()) {
    finisher.Finish(caller.status());
    return reactor;
  }
  std::forward<Rule>(rule)(
      *caller, Callback<Result>([context, finisher = std::move(finisher),
                                 fill = std::move(fill)](absl::StatusOr<Result> result) mutable {
        if (!result.ok()) return finisher.Finish(result.status());
        if (const absl::Status may = interceptors::CallContext::MayReply(context); !may.ok()) {
          return finisher.Finish(may);
        }
        fill(*std::move(result));
        finisher.Finish(absl::OkStatus());
      }));
  return reactor;
}

// The same for a rule that gives nothing back but how it went: `rule(const Who&,
// StatusCallback)`.
template <typename Rule>
grpc::ServerUnaryReactor* RunCommand(grpc::CallbackServerContext* context, Rule&& rule) {
  struct Nothing {};
  using Who = typename WhoCalls<std::decay_t<Rule>>::Type;
  return RunUnary<Nothing>(
      context,
      [&](const Who& caller, Callback<Nothing> done) {
        std::forward<Rule>(rule)(
            caller, StatusCallback([done = std::move(done)](const absl::Status& status) mutable {
              if (!status.ok()) return done(status);
              done(Nothing{});
            }));
      },
      [](Nothing) {});
}

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_UNARY_H_
