// The rules for sessions: who may sign whom in and out.
//
// Thread-safe. What it is made from must outlive it, and it every call that is not answered yet.
// Callbacks run on the calling thread (for a request that breaks a rule) or on the database's.
#ifndef CHATTER_SERVER_ADMIN_SESSIONS_H_
#define CHATTER_SERVER_ADMIN_SESSIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "chatter/v1/session.pb.h"
#include "server/base/callback.h"
#include "server/bus/bus.h"
#include "server/identity/authenticator_chain.h"
#include "server/model/caller.h"
#include "server/model/model.h"
#include "server/model/pager.h"
#include "server/store/session_store.h"

namespace chatter::admin {

class Sessions {
 public:
  // The authenticators are asked whether a caller's credential still holds. What is revoked is told
  // over the bus.
  Sessions(store::SessionStore& store, const identity::AuthenticatorChain& authenticators,
           bus::Bus& bus)
      : store_(store), authenticators_(authenticators), bus_(bus) {}

  struct NewSession {
    std::string user_id;
    std::optional<absl::Duration> ttl;       // nullopt: 12 hours
    std::optional<absl::Duration> idle_ttl;  // nullopt: idleness doesn't end it
    std::string device;
  };
  struct Created {
    Session session;
    std::string token;  // secret, and stored nowhere
  };
  // For services that may act for users: whoever holds the token is the user.
  // Errors: INVALID_ARGUMENT (INVALID_FIELD), NOT_FOUND (USER_NOT_FOUND), PERMISSION_DENIED
  // (CREDENTIAL_NOT_ALLOWED, OUT_OF_SCOPE).
  void Create(const ServiceCaller& caller, const NewSession& request, Callback<Created> done);

  // The calls below are for services, and for users about their own sessions. An empty `user_id`
  // stands for the calling user.

  // Errors: INVALID_ARGUMENT (INVALID_FIELD), PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED).
  void List(const TenantCaller& caller, const v1::ListSessionsRequest& request,
            Callback<Page<Session>> done);

  struct Revoked {
    int32_t sessions = 0;
  };
  // Errors: INVALID_ARGUMENT (INVALID_FIELD), NOT_FOUND (SESSION_NOT_FOUND).
  void Revoke(const TenantCaller& caller, std::string_view session_id, Callback<Revoked> done);

  // `device`: nullopt: all of the user's.
  // Errors: INVALID_ARGUMENT (INVALID_FIELD), PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED).
  void RevokeAll(const TenantCaller& caller, std::string_view user_id,
                 const std::optional<std::string>& device, Callback<Revoked> done);

 private:
  // Answers with a session that is stored, if the credential that it was made by holds after that:
  // so it held when the session was made. Asked before, the account could be deleted and made again
  // meanwhile, and the session would count as the new account's. Else the session is revoked.
  // Errors: those of CheckCredential.
  void HandOver(const ServiceCaller& caller, Created made, Callback<Created> done);
  // Calls back with OK if the caller's credential holds at this moment, and not only by what is
  // remembered of it.
  // Errors: UNAUTHENTICATED (CREDENTIAL_INVALID); a lookup's.
  void CheckCredential(const TenantCaller& caller, StatusCallback done);

  store::SessionStore& store_;
  const identity::AuthenticatorChain& authenticators_;
  bus::Bus& bus_;
};

}  // namespace chatter::admin

#endif  // CHATTER_SERVER_ADMIN_SESSIONS_H_
