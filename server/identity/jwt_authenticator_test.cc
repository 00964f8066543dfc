#include "server/identity/jwt_authenticator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/identity/test_fakes.h"
#include "server/identity/test_tokens.h"
#include "server/model/errors.h"
#include "tests/support/await.h"
#include "tests/support/log_lines.h"

namespace chatter::identity {
namespace {

using Found = std::optional<Principal>;
using test::Await;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kIssuer[] = "https://id.example";

class JwtAuthenticatorTest : public testing::Test {
 protected:
  absl::StatusOr<Found> Ask(const std::optional<TenantKey>& tenant, const std::string& token,
                            Credential::Form form = Credential::Form::kBearer) {
    return Await<Found>([&](auto done) {
      authenticator_.Authenticate(tenant, {form, token}, clock_.Steady() + absl::Seconds(5),
                                  std::move(done));
    });
  }
  absl::StatusOr<std::vector<size_t>> Recheck(std::vector<Principal> held) {
    return Await<std::vector<size_t>>([&](auto done) {
      authenticator_.Recheck(acme_, std::move(held), clock_.Steady() + absl::Seconds(5),
                             std::move(done));
    });
  }
  static std::string Claims(const std::string& user_id, const std::string& issuer = kIssuer) {
    return absl::StrCat(R"({"iss":")", issuer, R"(","aud":"chat","sub":")", user_id,
                        R"(","name":"A Name","exp":1700000100})");
  }
  static TokenIssuer IssuerWith(const TestKey& key) {
    return {.issuer = kIssuer, .audience = "chat", .jwks = Jwks({key.Jwk(R"("kid":"a",)")})};
  }
  static void ExpectRefused(const absl::StatusOr<Found>& answer,
                            v1::ErrorReason reason = v1::ERROR_REASON_CREDENTIAL_INVALID) {
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnauthenticated);
    EXPECT_EQ(ReasonOf(answer.status()), reason);
  }

  JwtLookups Lookups() {
    return {
        .find_issuer =
            [this](const TenantKey& tenant, const std::string& issuer, SteadyTime,
                   Callback<std::optional<TokenIssuer>> done) {
              ++issuer_lookups_;
              const auto found = issuers_.find({tenant, issuer});
              done(found == issuers_.end() ? std::nullopt : std::optional(found->second));
            },
        .list_issuers =
            [this](const TenantKey& tenant, SteadyTime, Callback<std::vector<TokenIssuer>> done) {
              ++issuer_lookups_;
              std::vector<TokenIssuer> all;
              for (const auto& [key, issuer] : issuers_) {
                if (key.first == tenant) all.push_back(issuer);
              }
              done(std::move(all));
            },
        .find_user =
            [this](const TenantKey& tenant, const std::string& user_id, SteadyTime,
                   Callback<std::optional<User>> done) {
              const auto found = users_.find({tenant, user_id});
              done(found == users_.end() ? std::nullopt : std::optional(found->second));
            },
        .create_user =
            [this](const TenantKey& tenant, const std::string& user_id,
                   const std::string& display_name, SteadyTime, Callback<bool> done) {
              if (users_are_the_applications_) return done(false);
              const User user{.id = user_id, .display_name = display_name, .created_at = {}};
              done(users_.emplace(std::pair(tenant, user_id), user).second);
            }};
  }

  const TenantKey acme_{*SchemaName::Parse("acme")};
  const TenantKey globex_{*SchemaName::Parse("globex")};
  const TestKey key_ = TestKey::Ed25519();
  FakeClock clock_;  // 1'700'000'000
  std::map<std::pair<TenantKey, std::string>, TokenIssuer> issuers_ = {
      {{acme_, kIssuer}, IssuerWith(key_)}};
  std::map<std::pair<TenantKey, std::string>, User> users_ = {
      {{acme_, "alice"}, {.id = "alice", .display_name = "", .created_at = {}}}};
  bool users_are_the_applications_ = false;
  int issuer_lookups_ = 0;
  absl::StatusOr<std::string> served_ = absl::UnavailableError("down");
  JwksCache keys_{[this](const std::string&) { return served_; }, clock_};
  JwtAuthenticator authenticator_{Lookups(), keys_, absl::Seconds(60), clock_};
};

TEST_F(JwtAuthenticatorTest, FindsTheUser) {
  const auto answer = Ask(acme_, key_.Token(Claims("alice")));
  ASSERT_TRUE(answer.ok() && answer->has_value()) << answer.status();
  EXPECT_EQ((*answer)->credential, CredentialKind::kJwt);
  EXPECT_EQ((*answer)->user_id, "alice");
  EXPECT_EQ((*answer)->expires_at, absl::FromUnixSeconds(1'700'000'160));
}

TEST_F(JwtAuthenticatorTest, LeavesOtherCredentialsToOthers) {
  EXPECT_EQ(*Ask(acme_, "an administrator's key"), std::nullopt);
  EXPECT_EQ(*Ask(acme_, "chs_token"), std::nullopt);
  EXPECT_EQ(*Ask(std::nullopt, ""), std::nullopt);
  EXPECT_EQ(*Ask(acme_, key_.Token(Claims("alice")), Credential::Form::kCookie), std::nullopt);
}

TEST_F(JwtAuthenticatorTest, IsOfNoUseWithoutATenant) {
  const auto answer = Ask(std::nullopt, key_.Token(Claims("alice")));
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(answer.status()), v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED);
}

TEST_F(JwtAuthenticatorTest, RefusesMalformedTokensWithoutALookup) {
  ExpectRefused(Ask(acme_, "a.b.c"));
  ExpectRefused(Ask(acme_, ".."));
  ExpectRefused(Ask(acme_, key_.Token(R"({"iss":"a\u0000b","aud":"chat","sub":"alice","exp":1})")));
  EXPECT_EQ(issuer_lookups_, 0);
}

TEST_F(JwtAuthenticatorTest, SaysInTheLogWhichCheckRefuses) {
  test::LogLines lines;
  const auto expect = [&](const std::string& token, const std::string& check) {
    EXPECT_FALSE(Ask(acme_, token).ok());
    EXPECT_EQ(lines.Take(),
              "info a sign-in is refused: credential=jwt tenant=acme check=\"" + check + "\"\n");
  };
  const std::string token = key_.Token(Claims("alice"));
  EXPECT_TRUE(Ask(acme_, token).ok());
  EXPECT_EQ(lines.Take(), "");
  expect("a.b.c", "the header isn't base64url");
  expect(key_.Token(R"({"alg":"EdDSA","kid":"b"})", Claims("alice")), "the issuer has no such key");
  expect(TestKey::Ed25519().Token(Claims("alice")), "the signature is wrong");
  expect(key_.Token(Claims("nobody")), "the tenant has no such user");
  users_[{acme_, "alice"}].active = false;
  expect(token, "the user is deactivated");
  issuers_[{acme_, kIssuer}].jwks = "nonsense";
  expect(token, "the issuer's stored keys can't be read");
  issuers_.clear();
  expect(token, "the tenant doesn't accept the issuer");
}

TEST_F(JwtAuthenticatorTest, RefusesATokenOfAnotherTenantsIssuer) {
  users_[{globex_, "alice"}] = {.id = "alice", .display_name = "", .created_at = {}};
  const std::string token = key_.Token(Claims("alice"));
  EXPECT_TRUE(Ask(acme_, token).ok());
  ExpectRefused(Ask(globex_, token));
}

TEST_F(JwtAuthenticatorTest, RefusesAnotherTenantsKeyOfTheSameIssuer) {
  const TestKey other = TestKey::Ed25519();
  issuers_[{globex_, kIssuer}] = IssuerWith(other);
  users_[{globex_, "alice"}] = {.id = "alice", .display_name = "", .created_at = {}};
  EXPECT_TRUE(Ask(globex_, other.Token(Claims("alice"))).ok());
  ExpectRefused(Ask(globex_, key_.Token(Claims("alice"))));
}

TEST_F(JwtAuthenticatorTest, RefusesWhatIsNotForUsOrOfAnotherKey) {
  issuers_[{acme_, kIssuer}].audience = "shop";
  ExpectRefused(Ask(acme_, key_.Token(Claims("alice"))));
  issuers_[{acme_, kIssuer}].audience = "chat";
  ExpectRefused(Ask(acme_, TestKey::Ed25519().Token(Claims("alice"))));
  ExpectRefused(Ask(acme_, key_.Token(R"({"alg":"EdDSA","kid":"b"})", Claims("alice"))));
  EXPECT_TRUE(Ask(acme_, key_.Token(R"({"alg":"EdDSA","kid":"a"})", Claims("alice"))).ok());
}

TEST_F(JwtAuthenticatorTest, RefusesExpiredTokens) {
  const std::string token = key_.Token(Claims("alice"));
  clock_.Advance(absl::Seconds(159));
  EXPECT_TRUE(Ask(acme_, token).ok());
  clock_.Advance(absl::Seconds(1));
  ExpectRefused(Ask(acme_, token));
}

TEST_F(JwtAuthenticatorTest, CreatesUsersOnFirstSightWhereItMay) {
  const std::string token = key_.Token(Claims("bob"));
  ExpectRefused(Ask(acme_, token));
  EXPECT_FALSE(users_.contains({acme_, "bob"}));
  issuers_[{acme_, kIssuer}].create_users = true;
  EXPECT_EQ((**Ask(acme_, token)).user_id, "bob");
  EXPECT_EQ((users_[{acme_, "bob"}].display_name), "A Name");
  EXPECT_FALSE(users_.contains({globex_, "bob"}));
}

TEST_F(JwtAuthenticatorTest, CreatesNobodyAmongTheApplicationsUsers) {
  issuers_[{acme_, kIssuer}].create_users = true;
  users_are_the_applications_ = true;
  ExpectRefused(Ask(acme_, key_.Token(Claims("bob"))));
}

TEST_F(JwtAuthenticatorTest, CreatesNobodyByABadToken) {
  issuers_[{acme_, kIssuer}].create_users = true;
  ExpectRefused(Ask(acme_, TestKey::Ed25519().Token(Claims("bob"))));
  EXPECT_FALSE(users_.contains({acme_, "bob"}));
}

TEST_F(JwtAuthenticatorTest, RefusesDeactivatedUsers) {
  users_[{acme_, "alice"}].active = false;
  issuers_[{acme_, kIssuer}].create_users = true;
  ExpectRefused(Ask(acme_, key_.Token(Claims("alice"))), v1::ERROR_REASON_USER_DEACTIVATED);
}

TEST_F(JwtAuthenticatorTest, TakesKeysFromElsewhere) {
  issuers_[{acme_, kIssuer}].jwks.clear();
  issuers_[{acme_, kIssuer}].jwks_uri = "https://id.example/jwks";
  const auto answer = Ask(acme_, key_.Token(Claims("alice")));
  EXPECT_EQ(ReasonOf(answer.status()), v1::ERROR_REASON_TOKEN_KEYS_UNAVAILABLE);
  served_ = Jwks({key_.Jwk()});
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(Ask(acme_, key_.Token(Claims("alice"))).ok());
}

TEST_F(JwtAuthenticatorTest, TakesTheIssuersClaimForTheUser) {
  issuers_[{acme_, kIssuer}].user_claim = "name";
  const std::string token = key_.Token(Claims("alice"));
  ExpectRefused(Ask(acme_, token));
  users_[{acme_, "A Name"}] = {.id = "A Name", .display_name = "", .created_at = {}};
  EXPECT_EQ((**Ask(acme_, token)).user_id, "A Name");
}

TEST_F(JwtAuthenticatorTest, TakesTokensWithoutAnAudienceWhereTheIssuerMay) {
  const std::string token =
      key_.Token(absl::StrCat(R"({"iss":")", kIssuer, R"(","sub":"alice","exp":1700000100})"));
  ExpectRefused(Ask(acme_, token));
  issuers_[{acme_, kIssuer}].audience_may_be_absent = true;
  EXPECT_EQ((**Ask(acme_, token)).user_id, "alice");
}

TEST_F(JwtAuthenticatorTest, RechecksWhatTheIssuersTokensMeant) {
  const std::vector<Principal> held = {**Ask(acme_, key_.Token(Claims("alice")))};
  TokenIssuer& issuer = issuers_[{acme_, kIssuer}];
  issuer.user_claim = "sub";
  EXPECT_THAT(*Recheck(held), IsEmpty()) << "it was that before";
  issuer.user_claim = "name";
  EXPECT_THAT(*Recheck(held), ElementsAre(0));
  issuer.user_claim = "";
  issuer.audience_may_be_absent = true;
  EXPECT_THAT(*Recheck(held), ElementsAre(0));
}

TEST_F(JwtAuthenticatorTest, RechecksTheIssuerTheKeyAndTheAudience) {
  const TestKey other = TestKey::Es256();
  const std::string second = "https://second.example";
  issuers_[{acme_, second}] = IssuerWith(other);
  issuers_[{acme_, second}].issuer = second;
  const std::vector<Principal> held = {**Ask(acme_, key_.Token(Claims("alice"))),
                                       **Ask(acme_, other.Token(Claims("alice", second)))};
  EXPECT_THAT(*Recheck(held), IsEmpty());

  // A key more does no harm; the token's own must be among them.
  const std::string both = Jwks({key_.Jwk(), TestKey::Ed25519().Jwk(R"("kid":"b",)")});
  issuers_[{acme_, kIssuer}].jwks = both;
  EXPECT_THAT(*Recheck(held), IsEmpty());
  issuers_[{acme_, kIssuer}].jwks = Jwks({TestKey::Ed25519().Jwk()});
  EXPECT_THAT(*Recheck(held), ElementsAre(0));
  issuers_[{acme_, kIssuer}] = IssuerWith(key_);
  EXPECT_THAT(*Recheck(held), IsEmpty());

  issuers_[{acme_, second}].audience = "shop";
  EXPECT_THAT(*Recheck(held), ElementsAre(1));
  issuers_.erase({acme_, second});
  EXPECT_THAT(*Recheck(held), ElementsAre(1));
  issuers_.clear();
  EXPECT_THAT(*Recheck(held), ElementsAre(0, 1));
}

TEST_F(JwtAuthenticatorTest, RechecksInOneLookupAndWithoutWaiting) {
  issuers_[{acme_, kIssuer}].jwks.clear();
  issuers_[{acme_, kIssuer}].jwks_uri = "https://id.example/jwks";
  served_ = Jwks({key_.Jwk()});
  const std::vector<Principal> held(3, **Ask(acme_, key_.Token(Claims("alice"))));
  issuer_lookups_ = 0;
  EXPECT_THAT(*Recheck(held), IsEmpty());
  EXPECT_EQ(issuer_lookups_, 1);
  served_ = absl::UnavailableError("down");
  clock_.Advance(absl::Hours(23));
  EXPECT_THAT(*Recheck(held), IsEmpty());
  clock_.Advance(absl::Hours(2));
  EXPECT_THAT(*Recheck(held), ElementsAre(0, 1, 2));
}

}  // namespace
}  // namespace chatter::identity
