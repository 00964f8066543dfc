// Who is let in, without a wire: by host, metadata, credentials and the method's policy.
#include "server/identity/admission.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/base/secret_token.h"
#include "server/model/errors.h"
#include "tests/support/await.h"
#include "tests/support/fake_identity.h"

namespace chatter::identity {
namespace {

using test::FakeIdentity;

constexpr char kProxy[] = "ipv4:10.0.0.7:4711";
constexpr char kStranger[] = "ipv4:192.0.2.7:4711";
constexpr MethodPolicy kRead = {Callers::kUserOrService, Access::kReads};

// A call with bytes of its own.
struct TestCall {
  std::optional<MethodPolicy> policy = kRead;
  std::vector<std::pair<std::string, std::string>> metadata = {};
  std::string host = {};
  std::string peer = kStranger;
  std::vector<std::string> certificate_names = {};

  TestCall With(std::string key, std::string value) const {
    TestCall call = *this;
    if (!value.empty()) call.metadata.emplace_back(std::move(key), std::move(value));
    return call;
  }
  TestCall Tenant(std::string name) const { return With("x-chatter-tenant", std::move(name)); }
  TestCall Token(const std::string& token) const {
    return With("authorization", token.empty() ? "" : "Bearer " + token);
  }
  TestCall For(std::string user_id) const {
    return With("x-chatter-on-behalf-of", std::move(user_id));
  }

  IncomingCall View() const {
    return {.method = "/shop.v1.CartService/GetCart",
            .policy = policy,
            .metadata = {metadata.begin(), metadata.end()},
            .host = host,
            .peer = peer,
            .certificate_names = certificate_names,
            .request_id = "the call"};
  }
};

// Whom the verdict admits, as Describe says it, or the reason for which it refuses the call.
std::string Text(const Verdict& verdict) {
  if (verdict.refusal().ok()) return test::Describe(verdict.caller());
  return v1::ErrorReason_Name(ReasonOf(verdict.refusal())).substr(sizeof("ERROR_REASON"));
}

class AdmissionTest : public testing::Test {
 protected:
  AdmissionTest() {
    auto& database = identity_.database;
    database.AddTenant("acme", {"chat.acme.example"});
    database.AddTenant("globex", {"chat.globex.example"});
    database.AddTenant("frozen", {"chat.frozen.example"}, TenantState::kSuspended);
    database.AddSession("acme", alice_, "alice");
    database.AddSession("globex", bob_, "bob");
    database.AddSession("frozen", ida_, "ida");
    database.AddUser("acme", "alice");
    database.AddUser("acme", "gone", /*active=*/false);
    database.AddApiKey(
        shop_, Account({.tenants = {"acme"}, .services = {"*"}, .may_act_for_users = true}));
    database.AddApiKey(reader_,
                       Account({.tenants = {"acme"}, .services = {"*"}, .read_only = true}));
  }
  ServiceIdentity Account(ServiceScope scope) const {
    return {.account = "shop", .scope = std::move(scope), .changed_at = identity_.clock.Now()};
  }

  std::future<Verdict> Begin(const TestCall& call) {
    auto promise = std::make_shared<std::promise<Verdict>>();
    identity_.admission.Decide(call.View(), [promise](const Verdict& verdict) {
      Verdict own = verdict;
      if (!own.refusal().ok()) {
        own = Verdict::Refuse(test::Unshared(verdict.refusal()), verdict.caller());
      }
      promise->set_value(std::move(own));
    });
    return promise->get_future();
  }
  Verdict Decide(const TestCall& call) { return Begin(call).get(); }
  std::string Ask(const TestCall& call) { return Text(Decide(call)); }

  const std::string alice_ = GenerateToken(kSessionTokenPrefix);
  const std::string bob_ = GenerateToken(kSessionTokenPrefix);
  const std::string ida_ = GenerateToken(kSessionTokenPrefix);
  const std::string shop_ = GenerateToken(kApiKeyPrefix);
  const std::string reader_ = GenerateToken(kApiKeyPrefix);
  const std::string key_ = FakeIdentity::kAdministratorKey;
  FakeIdentity identity_{{.trusted_proxies = *TrustedProxies::Parse("10.0.0.0/8")}};
};

// Which tenant a call is for by what it names: the first that is there counts.
TEST_F(AdmissionTest, HostsTimesHeadersTimesCredentials) {
  const std::vector<std::pair<std::string, std::string>> tenants = {
      {"acme", "chat.acme.example"},  // a tenant and its host
      {"globex", "Chat.Globex.Example:443"},
      {"frozen", "chat.frozen.example"},  // suspended
      {"nobody", "chat.nobody.example"},  // there is none
      {"", ""},                           // isn't said
  };
  struct Row {
    std::string token;
    std::vector<std::string> outcomes;  // in each of these
  };
  const std::string invalid = "CREDENTIAL_INVALID";
  const std::string required = "CREDENTIAL_REQUIRED";
  const std::string unnamed = "TENANT_REQUIRED";
  const std::vector<Row> rows = {
      {"", {required, required, required, required, unnamed}},
      {"anything", {invalid, invalid, invalid, invalid, unnamed}},
      {alice_, {"acme/alice/session", invalid, invalid, invalid, unnamed}},
      {bob_, {invalid, "globex/bob/session", invalid, invalid, unnamed}},
      {ida_, {invalid, invalid, "TENANT_SUSPENDED", invalid, unnamed}},
      {key_, {"acme//key", "globex//key", "TENANT_SUSPENDED", "TENANT_NOT_FOUND", unnamed}},
  };
  for (size_t name = 0; name < tenants.size(); ++name) {
    for (size_t forwarded = 0; forwarded < tenants.size(); ++forwarded) {
      for (size_t host = 0; host < tenants.size(); ++host) {
        for (const std::string peer : {kProxy, kStranger}) {
          size_t meant = host;
          if (peer == kProxy && !tenants[forwarded].second.empty()) meant = forwarded;
          if (!tenants[name].first.empty()) meant = name;
          const TestCall call = TestCall{.host = tenants[host].second, .peer = peer}
                                    .Tenant(tenants[name].first)
                                    .With("x-forwarded-host", tenants[forwarded].second);
          for (const Row& row : rows) {
            EXPECT_EQ(Ask(call.Token(row.token)), row.outcomes[meant])
                << "name=" << tenants[name].first << " forwarded=" << tenants[forwarded].second
                << " host=" << tenants[host].second << " peer=" << peer << " token=" << row.token;
          }
        }
      }
    }
  }
}

TEST_F(AdmissionTest, PoliciesTimesCredentials) {
  const std::string not_allowed = "CREDENTIAL_NOT_ALLOWED";
  struct Row {
    MethodPolicy policy;
    std::string user, service, reader, administrator;
  };
  const std::vector<Row> rows = {
      {{Callers::kAnybody, Access::kReads}, "//none", "//none", "//none", "//none"},
      {{Callers::kAdministrator, Access::kReads}, not_allowed, not_allowed, not_allowed, "//key"},
      {{Callers::kService, Access::kReads},
       not_allowed,
       "acme//api_key/shop",
       "acme//api_key/shop",
       "acme//key"},
      {{Callers::kUser, Access::kReads},
       "acme/alice/session",
       not_allowed,
       not_allowed,
       not_allowed},
      {{Callers::kUserOrService, Access::kChanges},
       "acme/alice/session",
       "acme//api_key/shop",
       "OUT_OF_SCOPE",
       "acme//key"},
  };
  for (const Row& row : rows) {
    const TestCall call = TestCall{.policy = row.policy}.Tenant("acme");
    EXPECT_EQ(Ask(call.Token(alice_)), row.user);
    EXPECT_EQ(Ask(call.Token(shop_)), row.service);
    EXPECT_EQ(Ask(call.Token(reader_)), row.reader);
    EXPECT_EQ(Ask(call.Token(key_)), row.administrator);
  }
}

TEST_F(AdmissionTest, NobodyMayCallAMethodWithoutAPolicy) {
  EXPECT_EQ(Ask(TestCall{.policy = std::nullopt}.Tenant("acme").Token(key_)), "INTERNAL");
}

TEST_F(AdmissionTest, AsksForNothingWhereAnybodyMayCall) {
  identity_.database.FailWith(DatabaseUnavailableError());
  const TestCall call{.policy = MethodPolicy{Callers::kAnybody, Access::kReads}};
  EXPECT_EQ(Ask(call.Tenant("nobody").Token("anything")), "//none");
}

TEST_F(AdmissionTest, CredentialsOfSeveralForms) {
  const TestCall in_acme = TestCall{}.Tenant("acme");
  EXPECT_EQ(Ask(in_acme.With("cookie", "theme=dark; sessionid=of-bob")), "acme/bob/cookie");
  EXPECT_EQ(Ask(in_acme.Token(alice_).With("cookie", "sessionid=of-alice")), "acme/alice/cookie");
  EXPECT_EQ(Ask(in_acme.Token(alice_).With("cookie", "sessionid=of-bob")),
            "CREDENTIALS_CONTRADICT");
  EXPECT_EQ(Ask(in_acme.Token(alice_).Token(alice_)), "INVALID_METADATA");
  EXPECT_EQ(Ask(in_acme.With("authorization", "Basic x")), "CREDENTIAL_INVALID");
}

// No account has this certificate here.
TEST_F(AdmissionTest, ACertificateCountsWhereTheCallCarriesNothingElse) {
  TestCall call = TestCall{}.Tenant("acme");
  EXPECT_EQ(Ask(call), "CREDENTIAL_REQUIRED");
  call.certificate_names = {"gateway.example"};
  EXPECT_EQ(Ask(call), "CREDENTIAL_INVALID");
  EXPECT_EQ(Ask(call.Token(alice_)), "acme/alice/session");
}

TEST_F(AdmissionTest, ServicesCallOnBehalfOfUsers) {
  const TestCall in_acme = TestCall{}.Tenant("acme");
  EXPECT_EQ(Ask(in_acme.Token(shop_).For("alice")), "acme/alice/api_key/shop");
  EXPECT_EQ(Ask(in_acme.Token(key_).For("alice")), "acme/alice/key/administrator");
  EXPECT_EQ(Ask(in_acme.Token(shop_).For("gone")), "ON_BEHALF_OF_UNKNOWN");
  EXPECT_EQ(Ask(in_acme.Token(shop_).For("carol")), "ON_BEHALF_OF_UNKNOWN");
  EXPECT_EQ(Ask(in_acme.Token(reader_).For("alice")), "OUT_OF_SCOPE");
  EXPECT_EQ(Ask(in_acme.Token(alice_).For("alice")), "CREDENTIAL_NOT_ALLOWED");
  EXPECT_EQ(Ask(in_acme.Token(shop_).For("two\nlines")), "INVALID_METADATA");
  const TestCall administration{.policy = MethodPolicy{Callers::kAdministrator, Access::kReads}};
  EXPECT_EQ(Ask(administration.Token(key_).For("alice")), "CREDENTIAL_NOT_ALLOWED");
}

// A refusal for the log names what was found, and no more.
TEST_F(AdmissionTest, ARefusalSaysHowFarItGot) {
  const auto found = [&](const TestCall& call) { return test::Describe(Decide(call).caller()); };
  EXPECT_EQ(found(TestCall{}.Tenant("nobody").Token(alice_)), "//none");
  EXPECT_EQ(found(TestCall{}.Tenant("acme").Token("anything")), "acme//none");
  EXPECT_EQ(found(TestCall{}.Tenant("frozen").Token(ida_)), "frozen/ida/session");
  EXPECT_EQ(found(TestCall{}.Tenant("acme").Token(shop_).For("gone")), "acme//api_key/shop");
}

TEST_F(AdmissionTest, SaysWhenLookUpsFail) {
  const TestCall call = TestCall{}.Tenant("acme").Token(alice_);
  identity_.database.FailWith(absl::DeadlineExceededError("lock timeout on chatter.tenant"));
  EXPECT_EQ(Ask(call), "DATABASE_UNAVAILABLE");
  identity_.database.FailWith(absl::UnknownError("relation chatter.tenant does not exist"));
  EXPECT_EQ(Ask(call), "INTERNAL");
  identity_.database.FailWith(absl::OkStatus());
  EXPECT_EQ(Ask(call), "acme/alice/session");
}

TEST_F(AdmissionTest, NeedsTheCallsBytesOnlyWhileItIsAsked) {
  std::future<Verdict> verdict;
  identity_.database.Hold();
  {
    const auto call = std::make_unique<TestCall>(TestCall{}.Tenant("acme").Token(alice_));
    verdict = Begin(*call);
    for (auto& [key, value] : call->metadata) value.assign(value.size(), 'x');
    call->host = "chat.globex.example";
  }
  identity_.database.Release();
  EXPECT_EQ(Text(verdict.get()), "acme/alice/session");
}

TEST(RefusalFor, IsAlwaysAnErrorOfTheApi) {
  EXPECT_EQ(RefusalFor(RoomNotFoundError(), ""), RoomNotFoundError());
  EXPECT_EQ(RefusalFor(absl::DeadlineExceededError("late"), ""), DatabaseUnavailableError());
  EXPECT_EQ(RefusalFor(absl::UnknownError("oh"), ""), InternalError());
  EXPECT_EQ(RefusalFor(absl::OkStatus(), ""), InternalError());
}

}  // namespace
}  // namespace chatter::identity
