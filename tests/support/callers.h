// Callers for the tests of rules, as the interceptors would have found them.
#ifndef CHATTER_TESTS_SUPPORT_CALLERS_H_
#define CHATTER_TESTS_SUPPORT_CALLERS_H_

#include <string>

#include "server/model/caller.h"
#include "tests/support/await.h"

namespace chatter::test {

inline UserCaller UserOf(const TenantKey& tenant, const std::string& user_id) {
  return *UserCaller::Of({.tenant = tenant,
                          .principal = {.credential = CredentialKind::kSession, .user_id = user_id},
                          .deadline = Soon()});
}

inline ServiceCaller ServiceOf(const TenantKey& tenant) {
  return *ServiceCaller::Of(
      {.tenant = tenant,
       .principal = {.credential = CredentialKind::kApiKey, .service = "shop"},
       .deadline = Soon()});
}

inline Administrator TheAdministrator() {
  return *Administrator::Of({.tenant = {},
                             .principal = {.credential = CredentialKind::kAdministratorKey,
                                           .service = std::string(kAdministratorName)},
                             .deadline = Soon()});
}

}  // namespace chatter::test

#endif  // CHATTER_TESTS_SUPPORT_CALLERS_H_
