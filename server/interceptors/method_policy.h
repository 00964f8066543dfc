// Who may call what: one table of all methods.
//
// Thread-safe.
#ifndef CHATTER_SERVER_INTERCEPTORS_METHOD_POLICY_H_
#define CHATTER_SERVER_INTERCEPTORS_METHOD_POLICY_H_

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "server/model/model.h"

namespace chatter::interceptors {

enum class MethodPolicy {
  kAnonymous,      // anybody; no tenant
  kAdministrator,  // the administrator's key; no tenant: the request names it
  kService,        // the administrator's key, in a tenant
  kUser,           // a user's session, in a tenant
  kUserOrService,
};

// By the full name of the method, as in "/chatter.v1.ChatService/Chat". nullopt: not in the table,
// so nobody may call it.
std::optional<MethodPolicy> FindMethodPolicy(std::string_view method);

bool NeedsTenant(MethodPolicy policy);

// OK, or PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED) with what would be needed instead.
absl::Status CheckPolicy(MethodPolicy policy, const Principal& principal);

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_METHOD_POLICY_H_
