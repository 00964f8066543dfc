// Who may call a method.
//
// Plain values.
#ifndef CHATTER_METHOD_POLICY_H_
#define CHATTER_METHOD_POLICY_H_

namespace chatter {

// Whom a method is for.
enum class Callers {
  kAnybody,        // without a credential or a tenant
  kAdministrator,  // the administrator's key; no tenant: the request names it
  kService,        // a program that calls for itself, in a tenant
  kUser,           // a user, or a service on behalf of one, in a tenant
  kUserOrService,
};

// What a method does, as far as a service account's scope goes.
enum class Access { kReads, kChanges };

struct MethodPolicy {
  Callers callers = Callers::kAdministrator;
  Access access = Access::kChanges;

  friend bool operator==(const MethodPolicy&, const MethodPolicy&) = default;
};

}  // namespace chatter

#endif  // CHATTER_METHOD_POLICY_H_
