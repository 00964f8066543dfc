// Who may call what: a table of all methods that a server has.
//
// Thread-safe once made.
#ifndef CHATTER_SERVER_IDENTITY_METHOD_POLICY_H_
#define CHATTER_SERVER_IDENTITY_METHOD_POLICY_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "chatter/method_policy.h"
#include "server/model/model.h"

namespace chatter::identity {

class MethodPolicies {
 public:
  struct Entry {
    std::string method;  // the full name, as in "/chatter.v1.ChatService/Chat"
    MethodPolicy policy;
  };
  // The health and the reflection service are for anybody and needn't be among the entries.
  explicit MethodPolicies(std::vector<Entry> entries);

  struct Method {
    MethodPolicy policy;
    bool is_unary = false;  // by its descriptor, where it has one
  };
  // nullptr: not in the table, so nobody may call it. Lives as long as the table.
  const Method* Find(std::string_view method) const;
  // Of all methods in the table.
  std::vector<std::string> names() const;

 private:
  void Add(std::string method, MethodPolicy policy);

  absl::flat_hash_map<std::string, Method> methods_;
};

bool NeedsTenant(Callers callers);

// OK, or PERMISSION_DENIED: CREDENTIAL_NOT_ALLOWED, with what is needed instead, or OUT_OF_SCOPE:
// the service account's scope doesn't hold the method.
absl::Status CheckPolicy(std::string_view method, const MethodPolicy& policy,
                         const Principal& principal);

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_METHOD_POLICY_H_
