// A database of tenants, users and credentials in memory, and what finds callers in it.
#ifndef CHATTER_TESTS_SUPPORT_FAKE_IDENTITY_H_
#define CHATTER_TESTS_SUPPORT_FAKE_IDENTITY_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/mutex.h"
#include "server/base/worker.h"
#include "server/identity/admission.h"
#include "server/identity/api_key_authenticator.h"
#include "server/identity/authenticator_chain.h"
#include "server/identity/session_authenticator.h"
#include "server/identity/tenant_directory.h"
#include "server/identity/user_directory.h"
#include "server/model/model.h"
#include "tests/support/fake_clock.h"

namespace chatter::test {

// Tenants and sessions, looked up on a thread of its own as in the database. Thread-safe.
class FakeDatabase {
 public:
  explicit FakeDatabase(const Clock& clock) : clock_(clock) {}

  void AddTenant(std::string_view schema, std::vector<std::string> domains = {},
                 TenantState state = TenantState::kActive);
  void AddUser(std::string_view schema, const std::string& user_id, bool active = true);
  void AddApiKey(const std::string& key, ServiceIdentity identity);
  void AddSession(std::string_view schema, const std::string& token, const std::string& user_id);

  // From now on lookups fail with this; OK: they work again.
  void FailWith(absl::Status status);
  // From now on lookups wait until Release.
  void Hold();
  void Release();
  // Returns once a lookup waits; false: none has come in a long time.
  bool AwaitHeldLookup();

  identity::TenantLookups tenant_lookups();
  identity::SessionLookups session_lookups();
  identity::UserLookup user_lookup();
  identity::ApiKeyLookup api_key_lookup();

 private:
  template <typename T>
  void Answer(Callback<T> done, std::function<T()> find);

  const Clock& clock_;
  Mutex mu_;
  CondVar changed_;
  std::vector<Tenant> tenants_ ABSL_GUARDED_BY(mu_);
  std::map<std::pair<TenantKey, Sha256Digest>, Session> sessions_ ABSL_GUARDED_BY(mu_);
  std::map<std::pair<TenantKey, std::string>, User> users_ ABSL_GUARDED_BY(mu_);
  std::map<Sha256Digest, ServiceIdentity> api_keys_ ABSL_GUARDED_BY(mu_);
  absl::Status failure_ ABSL_GUARDED_BY(mu_);
  bool holding_ ABSL_GUARDED_BY(mu_) = false;
  int held_ ABSL_GUARDED_BY(mu_) = 0;
  Worker worker_;  // the last member: its closures use the others
};

// What a server has between its database and those who let calls in.
struct FakeIdentity {
  static constexpr char kAdministratorKey[] = "an administrator's key";
  // Its value "of-NAME" makes the caller the user NAME.
  static constexpr char kSessionCookie[] = "sessionid";

  struct Options {
    std::optional<SchemaName> single_schema = std::nullopt;
    identity::TrustedProxies trusted_proxies = *identity::TrustedProxies::Parse("127.0.0.1");
  };
  explicit FakeIdentity(Options options);

  FakeClock clock;
  FakeDatabase database{clock};
  identity::TenantDirectory tenants;
  identity::AuthenticatorChain authenticators;
  identity::UserDirectory users;
  identity::Admission admission;
};

// "tenant/user/credential", and "/service" for a service account or one who acts on behalf of the
// user.
std::string Describe(const Caller& caller);

}  // namespace chatter::test

#endif  // CHATTER_TESTS_SUPPORT_FAKE_IDENTITY_H_
