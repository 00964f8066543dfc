#include "server/admin/token_issuers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "server/identity/test_tokens.h"
#include "tests/support/await.h"
#include "tests/support/callers.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::admin {
namespace {

using identity::Jwks;
using identity::TestKey;
using test::Await;
using test::CoreStack;
using test::Soon;
using test::TestDatabase;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The violations of a status, each as "field description".
std::vector<std::string> ViolationsOf(const absl::Status& status) {
  std::vector<std::string> all;
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    google::rpc::BadRequest request;
    if (!absl::EndsWith(type, "google.rpc.BadRequest")) return;
    request.ParseFromString(std::string(payload));
    for (const auto& violation : request.field_violations()) {
      all.push_back(absl::StrCat(violation.field(), " ", violation.description()));
    }
  });
  return all;
}

class TokenIssuersTest : public testing::Test {
 protected:
  TokenIssuersTest() {}
  absl::Status Set(const TokenIssuer& issuer, const std::string& tenant = "acme") {
    return Await<TokenIssuer>(
               [&](auto done) { issuers_.Set(administrator_, tenant, issuer, std::move(done)); })
        .status();
  }
  absl::StatusOr<std::vector<TokenIssuer>> List(const std::string& tenant) {
    return Await<std::vector<TokenIssuer>>(
        [&](auto done) { issuers_.List(administrator_, tenant, std::move(done)); });
  }
  absl::Status Delete(const std::string& issuer, const std::string& tenant = "acme") {
    return Await<TokenIssuers::Deleted>(
               [&](auto done) { issuers_.Delete(administrator_, tenant, issuer, std::move(done)); })
        .status();
  }
  static TokenIssuer With(const std::string& jwk) {
    return {.issuer = "a", .audience = "chat", .jwks = Jwks({jwk})};
  }

  TestDatabase database_;
  const TenantKey acme_ = database_.AddTenant("acme");
  CoreStack stack_{database_.url()};
  store::TenantStore tenant_store_{stack_.control};
  store::TokenIssuerStore issuer_store_{stack_.control, stack_.tenants};
  identity::TenantDirectory directory_{
      {},
      {.by_schema = [this](const SchemaName& schema, SteadyTime deadline,
                           auto done) { tenant_store_.Find(schema, deadline, std::move(done)); },
       .by_domain = nullptr},
      Clock::Real()};
  TokenIssuers issuers_{tenant_store_, issuer_store_, directory_};
  const Administrator administrator_ = test::TheAdministrator();
};

TEST_F(TokenIssuersTest, SetsListsAndDeletes) {
  EXPECT_TRUE(Set(With(TestKey::Ed25519().Jwk())).ok());
  EXPECT_TRUE(Set({.issuer = "b", .audience = "chat", .jwks_uri = "file:b"}).ok());
  EXPECT_EQ(List("acme")->size(), 2u);
  EXPECT_TRUE(Delete("a").ok());
  EXPECT_EQ(List("acme")->at(0).issuer, "b");
  EXPECT_EQ(ReasonOf(Delete("a")), v1::ERROR_REASON_TOKEN_ISSUER_NOT_FOUND);
}

TEST_F(TokenIssuersTest, KnowsNoOtherTenants) {
  const TokenIssuer issuer = With(TestKey::Ed25519().Jwk());
  EXPECT_EQ(ReasonOf(Set(issuer, "globex")), v1::ERROR_REASON_TENANT_NOT_FOUND);
  EXPECT_EQ(ReasonOf(List("globex").status()), v1::ERROR_REASON_TENANT_NOT_FOUND);
  EXPECT_EQ(ReasonOf(Delete("a", "globex")), v1::ERROR_REASON_TENANT_NOT_FOUND);
  EXPECT_EQ(ReasonOf(Set(issuer, "public")), v1::ERROR_REASON_INVALID_FIELD);
}

TEST_F(TokenIssuersTest, StoresNoSecrets) {
  EXPECT_THAT(ViolationsOf(Set(With(TestKey::Hs256(std::string(32, 's')).Jwk()))),
              ElementsAre(HasSubstr("keys[0]: a secret (`oct`) isn't accepted here")));
  EXPECT_THAT(ViolationsOf(Set(With(TestKey::Ed25519().Jwk(R"("d":"AQ",)")))),
              ElementsAre(HasSubstr("private half")));
  EXPECT_THAT(*List("acme"), IsEmpty());
}

TEST_F(TokenIssuersTest, ChecksAllFields) {
  EXPECT_THAT(ViolationsOf(Set({.issuer = "", .audience = "a\nb"})),
              ElementsAre(HasSubstr("issuer must be 1 to 512"),
                          HasSubstr("audience must be 1 to 512"), HasSubstr("keys must be")));
  EXPECT_THAT(ViolationsOf(Set({.issuer = "a", .audience = "chat", .jwks = "x", .jwks_uri = "y"})),
              ElementsAre(HasSubstr("keys must be")));
  EXPECT_THAT(ViolationsOf(Set({.issuer = "a", .audience = "chat", .jwks = "{}"})),
              ElementsAre(HasSubstr("jwks can't be used")));
  EXPECT_THAT(ViolationsOf(Set({.issuer = "a", .audience = "chat", .jwks = Jwks({})})),
              ElementsAre(HasSubstr("must hold a key")));
  EXPECT_THAT(ViolationsOf(Set({.issuer = "a", .audience = "chat", .jwks_uri = "http://a.b/"})),
              ElementsAre(HasSubstr("jwks_uri must be")));
  for (const std::string& claim : {std::string(65, 'c'), std::string("a\nb")}) {
    EXPECT_THAT(
        ViolationsOf(
            Set({.issuer = "a", .audience = "chat", .jwks_uri = "file:a", .user_claim = claim})),
        ElementsAre(HasSubstr("user_claim must be at most 64 bytes")));
  }
}

TEST_F(TokenIssuersTest, HasABoundForEachTenant) {
  for (int i = 0; i < TokenIssuers::kMaxIssuers; ++i) {
    EXPECT_TRUE(Set({.issuer = absl::StrCat(i), .audience = "chat", .jwks_uri = "file:keys"}).ok());
  }
  EXPECT_THAT(ViolationsOf(Set({.issuer = "more", .audience = "chat", .jwks_uri = "file:keys"})),
              ElementsAre(HasSubstr("of which there are 10 already")));
}

}  // namespace
}  // namespace chatter::admin
