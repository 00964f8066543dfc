#include "server/identity/authenticator_chain.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/identity/administrator_key_authenticator.h"
#include "server/identity/test_fakes.h"
#include "server/model/errors.h"

namespace chatter::identity {
namespace {

using Found = std::optional<Principal>;
using Lookups = HeldLookups<std::string, Found>;

// Knows the credentials that begin with its own name, and looks them up.
class NamedAuthenticator final : public Authenticator {
 public:
  NamedAuthenticator(std::string name, Lookups& lookups)
      : name_(std::move(name)), lookups_(lookups) {}

  CredentialKind kind() const override { return CredentialKind::kSession; }
  void Authenticate(const std::optional<TenantKey>& tenant, const Credential& credential,
                    SteadyTime deadline, Callback<Found> done) override {
    if (!credential.text.starts_with(name_)) return done(Found());
    lookups_.Add(tenant->text() + "/" + credential.text, deadline, std::move(done));
  }
  void Recheck(const TenantKey& /*tenant*/, std::vector<Principal> /*held*/,
               SteadyTime /*deadline*/, Callback<std::vector<size_t>> done) override {
    done(std::vector<size_t>());
  }

 private:
  const std::string name_;
  Lookups& lookups_;
};

class AuthenticatorChainTest : public testing::Test {
 protected:
  AuthenticatorChainTest() {
    std::vector<std::unique_ptr<Authenticator>> authenticators;
    for (const char* name : {"one", "two", "three"}) {
      authenticators.push_back(std::make_unique<NamedAuthenticator>(name, lookups_));
    }
    chain_ = std::make_unique<AuthenticatorChain>(std::move(authenticators),
                                                  CacheOptions{.ttl = absl::Seconds(2)}, clock_);
  }
  Answer<Principal> Ask(const TenantKey& tenant, std::string token,
                        Credential::Form form = Credential::Form::kBearer) {
    Answer<Principal> answer;
    chain_->Authenticate(tenant, {form, std::move(token)}, answer.Slot());
    return answer;
  }
  Found Alice(absl::Duration ttl = absl::Hours(1)) const {
    Principal alice;
    alice.user_id = "alice";
    alice.expires_at = clock_.Now() + ttl;
    return alice;
  }
  static void ExpectInvalid(const Answer<Principal>& answer) {
    ASSERT_FALSE(answer.pending());
    EXPECT_EQ(answer->status().code(), absl::StatusCode::kUnauthenticated);
    EXPECT_EQ(ReasonOf(answer->status()), v1::ERROR_REASON_CREDENTIAL_INVALID);
  }

  const TenantKey acme_{*SchemaName::Parse("acme")};
  const TenantKey globex_{*SchemaName::Parse("globex")};
  FakeClock clock_;
  Lookups lookups_;
  std::unique_ptr<AuthenticatorChain> chain_;
};

TEST_F(AuthenticatorChainTest, AsksInOrderUntilOneKnows) {
  auto answer = Ask(acme_, "two");
  ASSERT_EQ(lookups_.held(), 1u);
  EXPECT_EQ(lookups_.oldest().key, "acme/two");
  lookups_.AnswerOldest(Alice());
  EXPECT_EQ((*answer)->user_id, "alice");
}

TEST_F(AuthenticatorChainTest, GoesOnToTheNextWhenOneDoesntKnow) {
  auto answer = Ask(acme_, "two");
  lookups_.AnswerOldest(Found());
  ExpectInvalid(answer);  // the third doesn't know it either
}

TEST_F(AuthenticatorChainTest, RefusesWhatNobodyKnows) { ExpectInvalid(Ask(acme_, "four")); }

TEST_F(AuthenticatorChainTest, RemembersVerdictsForAWhile) {
  Ask(acme_, "one");
  lookups_.AnswerOldest(Alice());
  EXPECT_TRUE(Ask(acme_, "one")->ok());
  Ask(acme_, "one, but unknown");
  lookups_.AnswerOldest(CredentialInvalidError());
  ExpectInvalid(Ask(acme_, "one, but unknown"));
  EXPECT_EQ(lookups_.total(), 2u);
  clock_.Advance(absl::Seconds(2));
  Ask(acme_, "one");
  EXPECT_EQ(lookups_.total(), 3u);
}

TEST_F(AuthenticatorChainTest, DoesntRememberThatALookupFailed) {
  auto answer = Ask(acme_, "one");
  lookups_.AnswerOldest(DatabaseUnavailableError());
  EXPECT_EQ(answer->status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Ask(acme_, "one").pending());
}

// What is cached for one tenant must never be found by another.
TEST_F(AuthenticatorChainTest, ACredentialIsWorthNothingInAnotherTenant) {
  Ask(acme_, "one");
  lookups_.AnswerOldest(Alice());
  auto elsewhere = Ask(globex_, "one");
  ASSERT_EQ(lookups_.held(), 1u);
  EXPECT_EQ(lookups_.oldest().key, "globex/one");
  lookups_.AnswerOldest(CredentialInvalidError());
  ExpectInvalid(elsewhere);
  EXPECT_TRUE(Ask(acme_, "one")->ok());
}

TEST_F(AuthenticatorChainTest, ACredentialIsWorthNothingInAnotherSchemaOfTheName) {
  Ask(acme_, "one");
  lookups_.AnswerOldest(Alice());
  auto later = Ask({acme_.name, 7}, "one");
  ASSERT_EQ(lookups_.held(), 1u);
  lookups_.AnswerOldest(CredentialInvalidError());
  ExpectInvalid(later);
}

// Nor may the two share a lookup that is under way.
TEST_F(AuthenticatorChainTest, TenantsDontShareALookup) {
  auto here = Ask(acme_, "one");
  auto elsewhere = Ask(globex_, "one");
  ASSERT_EQ(lookups_.held(), 2u);
  lookups_.AnswerOldest(Alice());
  EXPECT_TRUE(here->ok());
  EXPECT_TRUE(elsewhere.pending());
}

// A cookie's value isn't taken for a token that happens to read the same.
TEST_F(AuthenticatorChainTest, FormsDontShareAVerdict) {
  Ask(acme_, "one");
  lookups_.AnswerOldest(Alice());
  EXPECT_TRUE(Ask(acme_, "one", Credential::Form::kCookie).pending());
}

TEST_F(AuthenticatorChainTest, ChecksTheExpiryOfWhatItRemembersToo) {
  Ask(acme_, "one");
  lookups_.AnswerOldest(Alice(absl::Seconds(1)));
  clock_.Advance(absl::Milliseconds(999));
  EXPECT_TRUE(Ask(acme_, "one")->ok());
  clock_.Advance(absl::Milliseconds(1));
  ExpectInvalid(Ask(acme_, "one"));
}

TEST_F(AuthenticatorChainTest, ForgetsARevokedCredential) {
  Ask(acme_, "one");
  lookups_.AnswerOldest(Alice());
  chain_->Forget(acme_, Credential::Form::kBearer, Sha256("one"));
  EXPECT_TRUE(Ask(acme_, "one").pending());
}

TEST_F(AuthenticatorChainTest, FindsTheAuthenticatorOfAKind) {
  EXPECT_NE(chain_->Find(CredentialKind::kSession), nullptr);
  EXPECT_EQ(chain_->Find(CredentialKind::kJwt), nullptr);
}

TEST_F(AuthenticatorChainTest, RefusesEverythingWhenItIsEmpty) {
  AuthenticatorChain chain({}, {}, clock_);
  Answer<Principal> answer;
  chain.Authenticate(std::nullopt, {}, answer.Slot());
  ExpectInvalid(answer);
}

TEST(AdministratorKeyAuthenticator, KnowsItsKeyOnly) {
  AdministratorKeyAuthenticator authenticator(Sha256("the key"));
  const auto ask = [&](const std::string& token,
                       Credential::Form form = Credential::Form::kBearer) {
    Answer<Found> answer;
    authenticator.Authenticate(std::nullopt, {form, token}, SteadyTime::InfiniteFuture(),
                               answer.Slot());
    return **answer;
  };
  const Found found = ask("the key");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->credential, CredentialKind::kAdministratorKey);
  EXPECT_EQ(found->user_id, "");
  EXPECT_FALSE(ask("the key", Credential::Form::kCookie).has_value());
  EXPECT_FALSE(ask("the kez").has_value());
  EXPECT_FALSE(ask("the key ").has_value());
  EXPECT_FALSE(ask("").has_value());
  EXPECT_FALSE(ask(ToHex(Sha256("the key"))).has_value());
}

// Somebody makes up tokens: those who are known must not wait behind that.
class StrangersOfChainTest : public testing::Test {
 protected:
  static constexpr char kNetwork[] = "203.0.113.7";

  StrangersOfChainTest() {
    std::vector<std::unique_ptr<Authenticator>> authenticators;
    authenticators.push_back(std::make_unique<NamedAuthenticator>("", lookups_));
    chain_ = std::make_unique<AuthenticatorChain>(
        std::move(authenticators), CacheOptions{.ttl = absl::Seconds(2)}, clock_, &strangers_);
  }
  Answer<Principal> Ask(const std::string& token, const std::string& network = kNetwork) {
    Answer<Principal> answer;
    chain_->Authenticate(acme_, {Credential::Form::kBearer, token, network}, answer.Slot());
    return answer;
  }
  void AnswerAll(const Found& found) {
    while (lookups_.held() > 0) lookups_.AnswerOldest(found);
  }
  Found Alice() const {
    Principal alice;
    alice.user_id = "alice";
    alice.expires_at = absl::InfiniteFuture();
    return alice;
  }
  static void ExpectOverloaded(const Answer<Principal>& answer) {
    ASSERT_FALSE(answer.pending());
    EXPECT_EQ(ReasonOf(answer->status()), v1::ERROR_REASON_OVERLOADED);
  }

  const TenantKey acme_{*SchemaName::Parse("acme")};
  FakeClock clock_;
  Lookups lookups_;
  Strangers strangers_{{.turns = {.max_running = 4,
                                  .max_running_of_group = 4,
                                  .max_waiting = 8,
                                  .max_waiting_of_group = 8},
                        .failures_at_once = 20,
                        .failures_per_second = 1},
                       clock_};
  std::unique_ptr<AuthenticatorChain> chain_;
};

TEST_F(StrangersOfChainTest, FewAreLookedUpAtOnceAndFewWait) {
  std::vector<Answer<Principal>> answers;
  for (int i = 0; i < 12; ++i) answers.push_back(Ask(absl::StrCat("made up ", i)));
  EXPECT_EQ(lookups_.held(), 4u);
  ExpectOverloaded(Ask("made up 12"));
  AnswerAll(std::nullopt);
  EXPECT_EQ(lookups_.total(), 12u);
  for (const auto& answer : answers) {
    EXPECT_EQ(ReasonOf(answer->status()), v1::ERROR_REASON_CREDENTIAL_INVALID);
  }
}

TEST_F(StrangersOfChainTest, WhoIsKnownDoesNotWaitAmongThem) {
  const auto first = Ask("alice's");
  AnswerAll(Alice());
  ASSERT_TRUE(first->ok());
  for (int i = 0; i < 100; ++i) Ask(absl::StrCat("made up ", i));
  const size_t before = lookups_.total();
  EXPECT_EQ((*Ask("alice's"))->user_id, "alice");  // remembered
  clock_.Advance(absl::Hours(1));
  const auto again = Ask("alice's");
  ASSERT_EQ(lookups_.total(), before + 1);  // looked up at once
  AnswerAll(Alice());
  EXPECT_EQ((*again)->user_id, "alice");
}

TEST_F(StrangersOfChainTest, ANetworkThatFailsTooOftenIsRefusedForAWhile) {
  const auto alice = Ask("alice's");
  AnswerAll(Alice());
  for (int i = 0; i < 20; ++i) {
    Ask(absl::StrCat("made up ", i));
    AnswerAll(std::nullopt);
  }
  const size_t before = lookups_.total();
  ExpectOverloaded(Ask("made up"));
  EXPECT_EQ(lookups_.total(), before);
  EXPECT_TRUE(Ask("alice's")->ok()) << "behind the same gateway";
  Ask("made up", "198.51.100.9");
  EXPECT_EQ(lookups_.total(), before + 1) << "another network";
  AnswerAll(std::nullopt);
  clock_.Advance(absl::Seconds(1));
  Ask("bob's");
  EXPECT_EQ(lookups_.total(), before + 2);
  AnswerAll(Alice());
}

TEST_F(StrangersOfChainTest, WhatFailsForOtherReasonsCountsAgainstNobody) {
  for (int i = 0; i < 100; ++i) {
    Ask(absl::StrCat("token ", i));
    lookups_.AnswerOldest(DatabaseUnavailableError());
  }
  EXPECT_EQ(lookups_.total(), 100u);
}

}  // namespace
}  // namespace chatter::identity
