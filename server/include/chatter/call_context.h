// Who is calling, and in which tenant: what a handler behind the middleware may know of its call.
//
// gRPC makes one for each call and hands it to the handler as its context. It is filled before the
// handler starts and doesn't change after that, so it may be read from any thread until the call is
// finished.
#ifndef CHATTER_CALL_CONTEXT_H_
#define CHATTER_CALL_CONTEXT_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <string>
#include <string_view>

namespace chatter {

class CallContext : public grpc::CallbackServerContext {
 public:
  // Call it first thing in every handler, and finish the call with the status unless it is OK: the
  // caller may not call this method (the status says why, with a google.rpc.Status for the client),
  // or the middleware was not asked (INTERNAL). After an OK, `*call` is the call's context, which
  // is gRPC's.
  static grpc::Status Admit(grpc::CallbackServerContext* context, const CallContext** call);

  // By which the call's traces can be found: the client's own, or one made for it.
  virtual const std::string& request_id() const = 0;
  // The PostgreSQL schema of the tenant that is called, which is also the tenant's id; empty for
  // methods that have no tenant (Callers::kAnybody, kAdministrator).
  virtual std::string_view schema_name() const = 0;
  // False where the server knows one schema only (--single-schema).
  virtual bool multitenant() const = 0;
  // The signed-in user; empty: a service or an administrator calls for itself.
  virtual std::string_view user_id() const = 0;
  // The service account that calls, for itself or on behalf of the user; "administrator" for the
  // administrator's key; empty: the user calls.
  virtual std::string_view service() const = 0;
};

}  // namespace chatter

#endif  // CHATTER_CALL_CONTEXT_H_
