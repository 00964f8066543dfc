#include "server/identity/session_authenticator.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "server/identity/session_token.h"
#include "server/identity/test_fakes.h"
#include "server/model/errors.h"

namespace chatter::identity {
namespace {

using Found = std::optional<Principal>;

class SessionAuthenticatorTest : public testing::Test {
 protected:
  Answer<Found> Ask(const std::optional<SchemaName>& tenant, const std::string& token) {
    Answer<Found> answer;
    authenticator_.Authenticate(tenant, {.bearer_token = token}, answer.Slot());
    return answer;
  }
  Session MakeSession(absl::Duration ttl = absl::Hours(1)) const {
    return {.token_digest = Sha256(token_),
            .user_id = "alice",
            .created_at = clock_.Now(),
            .expires_at = clock_.Now() + ttl};
  }
  static void ExpectInvalid(const Answer<Found>& answer) {
    ASSERT_FALSE(answer.pending());
    EXPECT_EQ(answer->status().code(), absl::StatusCode::kUnauthenticated);
    EXPECT_EQ(ReasonOf(answer->status()), v1::ERROR_REASON_CREDENTIAL_INVALID);
  }

  const SchemaName acme_ = *SchemaName::Parse("acme");
  const SchemaName globex_ = *SchemaName::Parse("globex");
  const std::string token_ = GenerateSessionToken();
  FakeClock clock_;
  HeldLookups<std::pair<SchemaName, Sha256Digest>, std::optional<Session>> lookups_;
  SessionAuthenticator authenticator_{
      {.ttl = absl::Seconds(2)},
      [this](const SchemaName& tenant, const Sha256Digest& digest, absl::Time deadline,
             Callback<std::optional<Session>> done) {
        lookups_.Add({tenant, digest}, deadline, std::move(done));
      },
      clock_};
};

TEST_F(SessionAuthenticatorTest, FindsTheUser) {
  auto answer = Ask(acme_, token_);
  EXPECT_EQ(lookups_.oldest().key, std::pair(acme_, Sha256(token_)));
  lookups_.AnswerOldest(MakeSession());
  ASSERT_TRUE((*answer)->has_value());
  EXPECT_EQ((**answer)->user_id, "alice");
  EXPECT_EQ((**answer)->credential, CredentialKind::kSession);
  EXPECT_EQ((**Ask(acme_, token_))->user_id, "alice");
  EXPECT_EQ(lookups_.total(), 1u);
}

// What is cached for one tenant must never be found by another.
TEST_F(SessionAuthenticatorTest, ATokenIsWorthNothingInAnotherTenant) {
  Ask(acme_, token_);
  lookups_.AnswerOldest(MakeSession());
  auto elsewhere = Ask(globex_, token_);
  ASSERT_EQ(lookups_.held(), 1u);
  EXPECT_EQ(lookups_.oldest().key.first, globex_);
  lookups_.AnswerOldest(std::optional<Session>());
  ExpectInvalid(elsewhere);
  EXPECT_TRUE(Ask(acme_, token_)->ok());
}

// Nor may the two share a lookup that is under way.
TEST_F(SessionAuthenticatorTest, TenantsDontShareALookup) {
  auto here = Ask(acme_, token_);
  auto elsewhere = Ask(globex_, token_);
  ASSERT_EQ(lookups_.held(), 2u);
  lookups_.AnswerOldest(MakeSession());
  EXPECT_TRUE(here->ok());
  EXPECT_TRUE(elsewhere.pending());
  lookups_.AnswerOldest(std::optional<Session>());
  ExpectInvalid(elsewhere);
}

TEST_F(SessionAuthenticatorTest, RefusesUnknownTokens) {
  auto answer = Ask(acme_, token_);
  lookups_.AnswerOldest(std::optional<Session>());
  ExpectInvalid(answer);
  ExpectInvalid(Ask(acme_, token_));
  EXPECT_EQ(lookups_.total(), 1u);
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
}

TEST_F(SessionAuthenticatorTest, ChecksExpiryOnCachedSessionsToo) {
  auto answer = Ask(acme_, token_);
  lookups_.AnswerOldest(MakeSession(absl::Seconds(1)));
  EXPECT_TRUE(answer->ok());
  clock_.Advance(absl::Milliseconds(999));
  EXPECT_TRUE(Ask(acme_, token_)->ok());
  clock_.Advance(absl::Milliseconds(1));
  ExpectInvalid(Ask(acme_, token_));
  EXPECT_EQ(lookups_.total(), 1u);
}

TEST_F(SessionAuthenticatorTest, NoticesARevokedSession) {
  Ask(acme_, token_);
  lookups_.AnswerOldest(MakeSession());
  authenticator_.Forget(acme_, Sha256(token_));
  auto answer = Ask(acme_, token_);
  lookups_.AnswerOldest(std::optional<Session>());
  ExpectInvalid(answer);
}

TEST_F(SessionAuthenticatorTest, IsOfNoUseWithoutATenant) {
  auto answer = Ask(std::nullopt, token_);
  EXPECT_EQ(answer->status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(answer->status()), v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED);
  EXPECT_EQ(lookups_.total(), 0u);
}

}  // namespace
}  // namespace chatter::identity
