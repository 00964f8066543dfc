// Chatter's interceptors for gRPC services of your own: which tenant a call is for, and who calls.
//
// They do for every call to your server what they do for chatterd's: they find the tenant by the
// metadata or the host, and inside it the user or service by a session, Django's cookie, a JSON Web
// Token, an API key or a client certificate; they let nobody in whom the method isn't for; and they
// write a line to the log for each call. Your handlers read tenant and user from the CallContext.
//
// Your services must be of gRPC's callback API. Streams are looked at when they begin only: what
// happens to their credential later doesn't end them.
#ifndef CHATTER_MIDDLEWARE_H_
#define CHATTER_MIDDLEWARE_H_

#include <grpcpp/server_builder.h>

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "chatter/call_context.h"
#include "chatter/method_policy.h"

namespace chatter {

struct MiddlewareOptions {
  // What your server's methods are for, by their full names, such as
  // "/shop.v1.CartService/GetCart". A method that isn't here is nobody's. Health and reflection are
  // anybody's and needn't be here.
  std::map<std::string, MethodPolicy> methods;
  // The settings of `chatterd --help`, by their names without the dashes, such as "database-url".
  // Those that aren't here are read from the environment (CHATTERD_DATABASE_URL ...) or from the
  // file that CHATTERD_CONFIG names, so that your server finds tenants and users just as chatterd
  // does when it is started with the same. Those that don't concern the middleware do nothing.
  std::map<std::string, std::string> settings = {};
};

// Thread-safe. Must outlive the server that it is installed in, and no call may be under way when
// it is destroyed: shut the server down first.
class Middleware {
 public:
  // Begins to connect to PostgreSQL; calls that come before it has succeeded wait for it for a few
  // seconds and then fail UNAVAILABLE. The database must have been prepared by chatterd (or
  // `chatterd migrate`) of this version or the one before.
  // Errors: INVALID_ARGUMENT, with one line that names the setting that is wrong.
  static absl::StatusOr<std::unique_ptr<Middleware>> Create(const MiddlewareOptions& options);
  ~Middleware();
  Middleware(const Middleware&) = delete;
  Middleware& operator=(const Middleware&) = delete;

  // Makes the server that `builder` builds run all of its calls through the interceptors, in the
  // one order that is right. Replaces interceptors and a context allocator that were set before;
  // call it once for each server. Several servers may share a Middleware.
  void Install(grpc::ServerBuilder& builder);

  // Whether PostgreSQL is connected: for your health service.
  bool ready() const;

 private:
  struct Impl;
  explicit Middleware(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace chatter

#endif  // CHATTER_MIDDLEWARE_H_
