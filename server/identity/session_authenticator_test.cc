#include "server/identity/session_authenticator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "server/base/secret_token.h"
#include "server/identity/test_fakes.h"
#include "server/model/errors.h"
#include "tests/support/log_lines.h"

namespace chatter::identity {
namespace {

using Found = std::optional<Principal>;
using testing::ElementsAre;

class SessionAuthenticatorTest : public testing::Test {
 protected:
  Answer<Found> Ask(const std::optional<TenantKey>& tenant, const std::string& token,
                    Credential::Form form = Credential::Form::kBearer) {
    Answer<Found> answer;
    authenticator_.Authenticate(tenant, {form, token}, clock_.Steady(), answer.Slot());
    return answer;
  }
  Session MakeSession(const std::string& token) const {
    return {.token_digest = Sha256(token),
            .user_id = "alice",
            .created_at = clock_.Now(),
            .expires_at = clock_.Now() + absl::Hours(1)};
  }
  static void ExpectInvalid(const Answer<Found>& answer,
                            v1::ErrorReason reason = v1::ERROR_REASON_CREDENTIAL_INVALID) {
    ASSERT_FALSE(answer.pending());
    EXPECT_EQ(answer->status().code(), absl::StatusCode::kUnauthenticated);
    EXPECT_EQ(ReasonOf(answer->status()), reason);
  }

  const TenantKey acme_{*SchemaName::Parse("acme")};
  const std::string token_ = GenerateToken(kSessionTokenPrefix);
  FakeClock clock_;
  HeldLookups<std::pair<TenantKey, Sha256Digest>, std::optional<Session>> lookups_;
  HeldLookups<std::pair<TenantKey, std::vector<Sha256Digest>>, std::vector<size_t>> rechecks_;
  SessionAuthenticator authenticator_{
      {.find =
           [this](const TenantKey& tenant, const Sha256Digest& digest, SteadyTime deadline,
                  Callback<std::optional<Session>> done) {
             lookups_.Add({tenant, digest}, deadline, std::move(done));
           },
       .find_ended =
           [this](const TenantKey& tenant, std::vector<Sha256Digest> digests, SteadyTime deadline,
                  Callback<std::vector<size_t>> done) {
             rechecks_.Add({tenant, std::move(digests)}, deadline, std::move(done));
           }},
      clock_};
};

TEST_F(SessionAuthenticatorTest, FindsTheUser) {
  auto answer = Ask(acme_, token_);
  EXPECT_EQ(lookups_.oldest().key, std::pair(acme_, Sha256(token_)));
  lookups_.AnswerOldest(MakeSession(token_));
  ASSERT_TRUE((*answer)->has_value());
  EXPECT_EQ((**answer)->user_id, "alice");
  EXPECT_EQ((**answer)->credential, CredentialKind::kSession);
  EXPECT_EQ((**answer)->expires_at, clock_.Now() + absl::Hours(1));
}

TEST_F(SessionAuthenticatorTest, RefusesUnknownTokens) {
  auto answer = Ask(acme_, token_);
  lookups_.AnswerOldest(std::optional<Session>());
  ExpectInvalid(answer);
}

TEST_F(SessionAuthenticatorTest, RefusesDeactivatedUsers) {
  auto answer = Ask(acme_, token_);
  Session session = MakeSession(token_);
  session.user_active = false;
  lookups_.AnswerOldest(session);
  ExpectInvalid(answer, v1::ERROR_REASON_USER_DEACTIVATED);
}

TEST_F(SessionAuthenticatorTest, TellsTheLogWhyAndNeverTheToken) {
  test::LogLines lines;
  for (int i = 0; i < 3; ++i) {
    auto answer = Ask(acme_, token_);
    lookups_.AnswerOldest(std::optional<Session>());
  }
  EXPECT_EQ(lines.Take(),
            "info a sign-in is refused: credential=session tenant=acme check=\"the tenant has no "
            "session with this token that holds: it has ended, or is another tenant's\"\n");
  Ask(acme_, token_ + "'");
  EXPECT_THAT(lines.Take(), testing::HasSubstr("check=\"the token isn't whole\"\n"));
  auto answer = Ask(acme_, token_);
  Session session = MakeSession(token_);
  session.user_active = false;
  lookups_.AnswerOldest(session);
  EXPECT_THAT(lines.Take(), testing::HasSubstr("check=\"its user is deactivated\"\n"));
  Ask(std::nullopt, token_);
  EXPECT_EQ(lines.Take(), "") << "no tenant has asked";
}

TEST_F(SessionAuthenticatorTest, RefusesMalformedTokensWithoutALookup) {
  ExpectInvalid(Ask(acme_, "chs_"));
  ExpectInvalid(Ask(acme_, token_ + "'"));
  ExpectInvalid(Ask(acme_, "chs_' OR 1=1 --"));
  EXPECT_EQ(lookups_.total(), 0u);
}

TEST_F(SessionAuthenticatorTest, LeavesOtherCredentialsToOthers) {
  EXPECT_FALSE((*Ask(acme_, "an administrator's key"))->has_value());
  EXPECT_FALSE((*Ask(std::nullopt, ""))->has_value());
  EXPECT_FALSE((*Ask(acme_, token_, Credential::Form::kCookie))->has_value());
}

TEST_F(SessionAuthenticatorTest, IsOfNoUseWithoutATenant) {
  auto answer = Ask(std::nullopt, token_);
  EXPECT_EQ(answer->status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(answer->status()), v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED);
  EXPECT_EQ(lookups_.total(), 0u);
}

TEST_F(SessionAuthenticatorTest, RechecksAllInOneLookup) {
  std::vector<Principal> held;
  std::vector<Sha256Digest> digests;
  for (const char* token : {"one", "two", "three"}) {
    auto answer = Ask(acme_, token_);
    lookups_.AnswerOldest(MakeSession(token));
    held.push_back(***answer);
    digests.push_back(Sha256(token));
  }
  Answer<std::vector<size_t>> gone;
  authenticator_.Recheck(acme_, held, clock_.Steady(), gone.Slot());
  ASSERT_EQ(rechecks_.held(), 1u);
  EXPECT_EQ(rechecks_.oldest().key, std::pair(acme_, digests));
  rechecks_.AnswerOldest(std::vector<size_t>{1});
  EXPECT_THAT(**gone, ElementsAre(1));
}

}  // namespace
}  // namespace chatter::identity
