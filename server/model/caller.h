// Who is calling, as rules take it: what a signature names is what the caller is known to be.
//
// Each of these is made by its `Of` from what the interceptors have found, or not at all. They fail
// closed: of a call without a credential or, where one is needed, without a tenant there is none.
// Plain values: they copy what they know.
#ifndef CHATTER_SERVER_MODEL_CALLER_H_
#define CHATTER_SERVER_MODEL_CALLER_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/steady_time.h"
#include "server/model/ids.h"
#include "server/model/model.h"

namespace chatter {

// Who wants something of rooms and messages: a user, who may do what a member may, or a service,
// which may do everything. That it is one is never concluded from an id that is missing.
class Asker {
 public:
  static Asker User(std::string user_id) { return Asker(std::move(user_id), false); }
  static Asker Service() { return Asker({}, true); }

  bool is_service() const { return is_service_; }
  // Of a user.
  const std::string& user_id() const { return user_id_; }

 private:
  Asker(std::string user_id, bool is_service)
      : user_id_(std::move(user_id)), is_service_(is_service) {}

  std::string user_id_;
  bool is_service_;
};

// A signed-in user of a tenant, or a program of the tenant's owner that acts for nobody in
// particular.
class TenantCaller {
 public:
  // Errors: UNAUTHENTICATED (CREDENTIAL_REQUIRED), PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED),
  // INVALID_ARGUMENT (TENANT_REQUIRED).
  static absl::StatusOr<TenantCaller> Of(const Caller& caller);

  const TenantKey& tenant() const { return *caller_.tenant; }
  const Principal& principal() const { return caller_.principal; }
  // False where the server knows one schema only.
  bool multitenant() const { return caller_.multitenant; }
  // When the caller stops waiting.
  SteadyTime deadline() const { return caller_.deadline; }

  bool is_user() const { return caller_.is_user(); }
  // Empty: a service.
  const std::string& user_id() const { return caller_.principal.user_id; }
  // The service account that calls, for itself or for the user; empty: the user does.
  const std::string& service() const { return caller_.principal.service; }
  Asker asker() const { return is_user() ? Asker::User(user_id()) : Asker::Service(); }

 protected:
  explicit TenantCaller(const Caller& caller) : caller_(caller) {}

 private:
  Caller caller_;
};

// A signed-in user. The errors of Of are those of TenantCaller.
class UserCaller final : public TenantCaller {
 public:
  static absl::StatusOr<UserCaller> Of(const Caller& caller);

  UserKey key() const { return {tenant(), user_id()}; }

 private:
  using TenantCaller::TenantCaller;
};

// A service that acts for itself. The errors of Of are those of TenantCaller.
class ServiceCaller final : public TenantCaller {
 public:
  static absl::StatusOr<ServiceCaller> Of(const Caller& caller);

  // OK if what the call hands out may let its holder act as a user: if the account may do that
  // itself. Else PERMISSION_DENIED (OUT_OF_SCOPE).
  absl::Status CheckActsForUsers() const;

 private:
  using TenantCaller::TenantCaller;
};

// Whoever runs this server, in no tenant.
class Administrator final {
 public:
  // Errors: UNAUTHENTICATED (CREDENTIAL_REQUIRED), PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED).
  static absl::StatusOr<Administrator> Of(const Caller& caller);

  // When the administrator stops waiting.
  SteadyTime deadline() const { return deadline_; }

 private:
  explicit Administrator(SteadyTime deadline) : deadline_(deadline) {}

  SteadyTime deadline_;
};

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_CALLER_H_
