// API keys and client certificates: the two credentials of service accounts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "server/base/secret_token.h"
#include "server/identity/api_key_authenticator.h"
#include "server/identity/client_certificate_authenticator.h"
#include "server/identity/test_fakes.h"
#include "server/model/errors.h"
#include "tests/support/log_lines.h"

namespace chatter::identity {
namespace {

using Found = std::optional<Principal>;
using Identities = std::vector<std::optional<ServiceIdentity>>;
using testing::ElementsAre;
using testing::IsEmpty;

class ServiceCredentialsTest : public testing::Test {
 protected:
  Answer<Found> Ask(Authenticator& authenticator, const std::optional<TenantKey>& tenant,
                    Credential::Form form, std::string text) {
    Answer<Found> answer;
    authenticator.Authenticate(tenant, {form, std::move(text)}, clock_.Steady(), answer.Slot());
    return answer;
  }
  Answer<Found> AskKey(const std::optional<TenantKey>& tenant, std::string key) {
    return Ask(keys_, tenant, Credential::Form::kBearer, std::move(key));
  }
  Answer<Found> AskCertificate(const std::optional<TenantKey>& tenant, std::string names) {
    return Ask(certificates_, tenant, Credential::Form::kCertificate, std::move(names));
  }
  ServiceIdentity Shop() const {
    return {.account = "shop",
            .scope = {.tenants = {"acme"}, .services = {"*"}, .may_act_for_users = true},
            .changed_at = clock_.Now(),
            .expires_at = clock_.Now() + absl::Hours(1)};
  }
  static void ExpectRefused(const Answer<Found>& answer, absl::StatusCode code,
                            v1::ErrorReason reason) {
    ASSERT_FALSE(answer.pending());
    EXPECT_EQ(answer->status().code(), code);
    EXPECT_EQ(ReasonOf(answer->status()), reason);
  }
  static void ExpectInvalid(const Answer<Found>& answer) {
    ExpectRefused(answer, absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_CREDENTIAL_INVALID);
  }
  static void ExpectNotAllowed(const Answer<Found>& answer) {
    ExpectRefused(answer, absl::StatusCode::kPermissionDenied,
                  v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED);
  }

  const TenantKey acme_{*SchemaName::Parse("acme")};
  const TenantKey globex_{*SchemaName::Parse("globex")};
  const std::string key_ = GenerateToken(kApiKeyPrefix);
  FakeClock clock_;
  HeldLookups<std::vector<Sha256Digest>, Identities> key_lookups_;
  HeldLookups<std::vector<std::string>, std::vector<ServiceIdentity>> name_lookups_;
  HeldLookups<std::vector<std::string>, Identities> account_lookups_;
  ApiKeyAuthenticator keys_{
      [this](std::vector<Sha256Digest> digests, SteadyTime deadline, Callback<Identities> done) {
        key_lookups_.Add(std::move(digests), deadline, std::move(done));
      },
      clock_};
  ClientCertificateAuthenticator certificates_{
      {.find =
           [this](std::vector<std::string> names, SteadyTime deadline,
                  Callback<std::vector<ServiceIdentity>> done) {
             name_lookups_.Add(std::move(names), deadline, std::move(done));
           },
       .find_again =
           [this](std::vector<std::string> accounts, SteadyTime deadline,
                  Callback<Identities> done) {
             account_lookups_.Add(std::move(accounts), deadline, std::move(done));
           }}};
};

TEST_F(ServiceCredentialsTest, TellsTheLogWhyAKeyIsRefusedAndNeverTheKey) {
  test::LogLines lines;
  for (int i = 0; i < 3; ++i) {
    auto answer = AskKey(acme_, key_);
    key_lookups_.AnswerOldest(Identities{std::nullopt});
  }
  EXPECT_EQ(lines.Take(),
            "info a sign-in is refused: credential=api_key tenant=acme check=\"no service account "
            "has such a key that holds\"\n");
  AskKey(acme_, key_ + "x");
  EXPECT_THAT(lines.Take(), testing::HasSubstr("check=\"the key isn't whole\"\n"));
  auto answer = AskKey(globex_, key_);
  key_lookups_.AnswerOldest(Identities{Shop()});
  EXPECT_THAT(lines.Take(),
              testing::HasSubstr("tenant=globex check=\"its service account isn't for this "
                                 "tenant\"\n"));
}

TEST_F(ServiceCredentialsTest, FindsTheAccountOfAKey) {
  auto answer = AskKey(acme_, key_);
  EXPECT_THAT(key_lookups_.oldest().key, ElementsAre(Sha256(key_)));
  key_lookups_.AnswerOldest(Identities{Shop()});
  const Principal& principal = ***answer;
  EXPECT_EQ(principal.credential, CredentialKind::kApiKey);
  EXPECT_EQ(principal.service, "shop");
  EXPECT_EQ(principal.user_id, "");
  EXPECT_TRUE(principal.scope->may_act_for_users);
  EXPECT_EQ(principal.expires_at, clock_.Now() + absl::Hours(1));
}

TEST_F(ServiceCredentialsTest, FindsTheAccountOfACertificate) {
  auto answer = AskCertificate(acme_, "shop.example\nspiffe://example/shop");
  EXPECT_THAT(name_lookups_.oldest().key, ElementsAre("shop.example", "spiffe://example/shop"));
  name_lookups_.AnswerOldest(std::vector{Shop()});
  EXPECT_EQ((**answer)->credential, CredentialKind::kClientCertificate);
  EXPECT_EQ((**answer)->service, "shop");
}

TEST_F(ServiceCredentialsTest, RefusesWhatIsUnknown) {
  auto key = AskKey(acme_, key_);
  key_lookups_.AnswerOldest(Identities{std::nullopt});
  ExpectInvalid(key);
  auto certificate = AskCertificate(acme_, "shop.example");
  name_lookups_.AnswerOldest(std::vector<ServiceIdentity>());
  ExpectInvalid(certificate);
}

// As if there were no such account.
TEST_F(ServiceCredentialsTest, AreWorthNothingInOtherTenants) {
  auto key = AskKey(globex_, key_);
  key_lookups_.AnswerOldest(Identities{Shop()});
  ExpectInvalid(key);
  auto certificate = AskCertificate(globex_, "shop.example");
  name_lookups_.AnswerOldest(std::vector{Shop()});
  ExpectInvalid(certificate);
  // Purged tenants leave such accounts behind.
  auto nowhere = AskKey(acme_, key_);
  ServiceIdentity shop = Shop();
  shop.scope.tenants = {};
  key_lookups_.AnswerOldest(Identities{shop});
  ExpectInvalid(nowhere);
  auto anywhere = AskKey(globex_, key_);
  shop.scope.tenants = {"*"};
  key_lookups_.AnswerOldest(Identities{shop});
  EXPECT_TRUE(anywhere->ok());
}

TEST_F(ServiceCredentialsTest, ACertificateOfTwoAccountsIsNobodys) {
  auto answer = AskCertificate(acme_, "shop.example\nother.example");
  name_lookups_.AnswerOldest(std::vector{Shop(), Shop()});
  ExpectInvalid(answer);
}

TEST_F(ServiceCredentialsTest, MalformedKeysAreRefusedWithoutALookup) {
  for (const std::string& bad : {std::string("chk_"), key_ + "x", key_.substr(0, 46)}) {
    ExpectInvalid(AskKey(acme_, bad));
  }
  EXPECT_EQ(key_lookups_.total(), 0u);
}

TEST_F(ServiceCredentialsTest, AreOfNoUseWithoutATenant) {
  ExpectNotAllowed(AskKey(std::nullopt, key_));
  ExpectNotAllowed(AskCertificate(std::nullopt, "shop.example"));
}

TEST_F(ServiceCredentialsTest, LeaveOtherCredentialsToOthers) {
  EXPECT_FALSE((*AskKey(acme_, "chs_something"))->has_value());
  EXPECT_FALSE((*Ask(keys_, acme_, Credential::Form::kCookie, key_))->has_value());
  EXPECT_FALSE((*Ask(keys_, acme_, Credential::Form::kCertificate, key_))->has_value());
  EXPECT_FALSE((*Ask(certificates_, acme_, Credential::Form::kBearer, "x"))->has_value());
}

TEST_F(ServiceCredentialsTest, RecheckEndsWhatIsGoneOrChanged) {
  std::vector<Principal> held;
  for (int i = 0; i < 3; ++i) {
    auto answer = AskKey(acme_, key_);
    key_lookups_.AnswerOldest(Identities{Shop()});
    held.push_back(***answer);
  }
  Answer<std::vector<size_t>> gone;
  keys_.Recheck(acme_, held, clock_.Steady(), gone.Slot());
  EXPECT_THAT(key_lookups_.oldest().key, ElementsAre(Sha256(key_), Sha256(key_), Sha256(key_)));
  ServiceIdentity changed = Shop();
  changed.changed_at += absl::Microseconds(1);
  key_lookups_.AnswerOldest(Identities{Shop(), std::nullopt, changed});
  EXPECT_THAT(**gone, ElementsAre(1, 2));
}

TEST_F(ServiceCredentialsTest, RecheckFindsCertificatesAgainByTheirAccount) {
  auto answer = AskCertificate(acme_, "shop.example");
  name_lookups_.AnswerOldest(std::vector{Shop()});
  const std::vector<Principal> held{***answer};
  Answer<std::vector<size_t>> gone;
  certificates_.Recheck(acme_, held, clock_.Steady(), gone.Slot());
  EXPECT_THAT(account_lookups_.oldest().key, ElementsAre("shop"));
  account_lookups_.AnswerOldest(Identities{Shop()});
  EXPECT_THAT(**gone, IsEmpty());
}

}  // namespace
}  // namespace chatter::identity
