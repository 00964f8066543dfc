#include "tests/support/fake_identity.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/steady_time.h"
#include "server/identity/administrator_key_authenticator.h"

namespace chatter::test {
namespace {

// Knows the session cookie "of-NAME" as the user NAME's, in every tenant, for 30 minutes.
class CookieAuthenticator final : public identity::Authenticator {
 public:
  explicit CookieAuthenticator(const Clock& clock) : expires_at_(clock.Now() + absl::Minutes(30)) {}

  CredentialKind kind() const override { return CredentialKind::kDjangoSession; }
  void Authenticate(const std::optional<TenantKey>&, const identity::Credential& credential,
                    SteadyTime, Callback<std::optional<Principal>> done) override {
    if (credential.form != identity::Credential::Form::kCookie) {
      return done(std::optional<Principal>());
    }
    if (!credential.text.starts_with("of-")) return done(identity::CredentialInvalidError());
    done(Principal{
        .credential = kind(), .user_id = credential.text.substr(3), .expires_at = expires_at_});
  }
  void Recheck(const TenantKey&, std::vector<Principal>, SteadyTime,
               Callback<std::vector<size_t>> done) override {
    done(std::vector<size_t>());
  }

 private:
  const absl::Time expires_at_;
};

std::vector<std::unique_ptr<identity::Authenticator>> MakeAuthenticators(FakeDatabase& database,
                                                                         const Clock& clock) {
  std::vector<std::unique_ptr<identity::Authenticator>> kinds;
  kinds.push_back(std::make_unique<identity::AdministratorKeyAuthenticator>(
      Sha256(FakeIdentity::kAdministratorKey)));
  kinds.push_back(
      std::make_unique<identity::SessionAuthenticator>(database.session_lookups(), clock));
  kinds.push_back(std::make_unique<CookieAuthenticator>(clock));
  kinds.push_back(
      std::make_unique<identity::ApiKeyAuthenticator>(database.api_key_lookup(), clock));
  return kinds;
}

}  // namespace

void FakeDatabase::AddTenant(std::string_view schema, std::vector<std::string> domains,
                             TenantState state) {
  MutexLock lock(mu_);
  tenants_.push_back({.schema_name = *SchemaName::Parse(schema),
                      .display_name = "",
                      .domains = std::move(domains),
                      .created_at = clock_.Now(),
                      .state = state,
                      .state_reason = "the reason"});
}

void FakeDatabase::AddSession(std::string_view schema, const std::string& token,
                              const std::string& user_id) {
  const Sha256Digest digest = Sha256(token);
  MutexLock lock(mu_);
  sessions_.insert_or_assign({TenantKey{*SchemaName::Parse(schema)}, digest},
                             Session{.token_digest = digest,
                                     .user_id = user_id,
                                     .created_at = clock_.Now(),
                                     .expires_at = clock_.Now() + absl::Hours(1)});
}

void FakeDatabase::AddUser(std::string_view schema, const std::string& user_id, bool active) {
  MutexLock lock(mu_);
  users_.insert_or_assign(
      {TenantKey{*SchemaName::Parse(schema)}, user_id},
      User{.id = user_id, .display_name = "", .created_at = clock_.Now(), .active = active});
}

void FakeDatabase::AddApiKey(const std::string& key, ServiceIdentity identity) {
  MutexLock lock(mu_);
  api_keys_.insert_or_assign(Sha256(key), std::move(identity));
}

void FakeDatabase::FailWith(absl::Status status) {
  MutexLock lock(mu_);
  failure_ = std::move(status);
}

void FakeDatabase::Hold() {
  MutexLock lock(mu_);
  holding_ = true;
}

void FakeDatabase::Release() {
  MutexLock lock(mu_);
  holding_ = false;
  changed_.NotifyAll(mu_);
}

bool FakeDatabase::AwaitHeldLookup() {
  MutexLock lock(mu_);
  while (held_ == 0) {
    if (!changed_.WaitUntil(mu_, SteadyTime::Now() + absl::Seconds(20))) return false;
  }
  return true;
}

template <typename T>
void FakeDatabase::Answer(Callback<T> done, std::function<T()> find) {
  worker_.Post([this, done = std::move(done), find = std::move(find)]() mutable {
    absl::Status failure;
    {
      MutexLock lock(mu_);
      ++held_;
      changed_.NotifyAll(mu_);
      while (holding_) changed_.Wait(mu_);
      --held_;
      failure = failure_;
    }
    if (failure.ok()) {
      done(find());
    } else {
      done(failure);
    }
  });
}

identity::TenantLookups FakeDatabase::tenant_lookups() {
  const auto find = [this](std::function<bool(const Tenant&)> matches) {
    return [this, matches = std::move(matches)]() -> std::optional<Tenant> {
      MutexLock lock(mu_);
      const auto found = std::find_if(tenants_.begin(), tenants_.end(), matches);
      if (found == tenants_.end()) return std::nullopt;
      return *found;
    };
  };
  return {
      .by_schema =
          [this, find](const SchemaName& schema, SteadyTime, Callback<std::optional<Tenant>> done) {
            Answer<std::optional<Tenant>>(std::move(done), find([schema](const Tenant& tenant) {
                                            return tenant.schema_name == schema;
                                          }));
          },
      .by_domain =
          [this, find](const std::vector<std::string>& spellings, SteadyTime,
                       Callback<std::optional<Tenant>> done) {
            Answer<std::optional<Tenant>>(std::move(done), find([spellings](const Tenant& tenant) {
                                            return std::find_first_of(
                                                       tenant.domains.begin(), tenant.domains.end(),
                                                       spellings.begin(),
                                                       spellings.end()) != tenant.domains.end();
                                          }));
          }};
}

identity::SessionLookups FakeDatabase::session_lookups() {
  identity::SessionLookups lookups;
  lookups.find = [this](const TenantKey& tenant, const Sha256Digest& digest, SteadyTime,
                        Callback<std::optional<Session>> done) {
    Answer<std::optional<Session>>(std::move(done),
                                   [this, tenant, digest]() -> std::optional<Session> {
                                     MutexLock lock(mu_);
                                     const auto found = sessions_.find({tenant, digest});
                                     if (found == sessions_.end()) return std::nullopt;
                                     return found->second;
                                   });
  };
  lookups.find_ended = [](const TenantKey&, const std::vector<Sha256Digest>&, SteadyTime,
                          Callback<std::vector<size_t>> done) { done(std::vector<size_t>()); };
  return lookups;
}

identity::UserLookup FakeDatabase::user_lookup() {
  return [this](const TenantKey& tenant, const std::string& user_id, SteadyTime,
                Callback<std::optional<User>> done) {
    Answer<std::optional<User>>(std::move(done), [this, tenant, user_id]() -> std::optional<User> {
      MutexLock lock(mu_);
      const auto found = users_.find({tenant, user_id});
      if (found == users_.end()) return std::nullopt;
      return found->second;
    });
  };
}

identity::ApiKeyLookup FakeDatabase::api_key_lookup() {
  using Found = std::vector<std::optional<ServiceIdentity>>;
  return [this](const std::vector<Sha256Digest>& digests, SteadyTime, Callback<Found> done) {
    Answer<Found>(std::move(done), [this, digests] {
      MutexLock lock(mu_);
      Found all;
      for (const Sha256Digest& digest : digests) {
        const auto found = api_keys_.find(digest);
        all.push_back(found == api_keys_.end() ? std::nullopt : std::optional(found->second));
      }
      return all;
    });
  };
}

FakeIdentity::FakeIdentity(Options options)
    : tenants({.cache = {}, .single_schema = std::move(options.single_schema)},
              database.tenant_lookups(), clock),
      authenticators(MakeAuthenticators(database, clock), {}, clock),
      users(database.user_lookup(), {}, clock),
      admission(
          {.session_cookie = kSessionCookie, .trusted_proxies = std::move(options.trusted_proxies)},
          tenants, authenticators, users) {}

std::string Describe(const Caller& caller) {
  const char* credential = "none";
  if (caller.principal.credential == CredentialKind::kSession) credential = "session";
  if (caller.principal.credential == CredentialKind::kAdministratorKey) credential = "key";
  if (caller.principal.credential == CredentialKind::kDjangoSession) credential = "cookie";
  if (caller.principal.credential == CredentialKind::kApiKey) credential = "api_key";
  std::string who = absl::StrCat(caller.tenant ? caller.tenant->text() : "", "/",
                                 caller.principal.user_id, "/", credential);
  const bool is_administrator =
      caller.principal.credential == CredentialKind::kAdministratorKey && caller.is_service();
  if (!caller.principal.service.empty() && !is_administrator) {
    absl::StrAppend(&who, "/", caller.principal.service);
  }
  return who;
}

}  // namespace chatter::test
