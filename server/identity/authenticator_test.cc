#include "server/identity/authenticator.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "server/identity/administrator_key_authenticator.h"
#include "server/identity/test_fakes.h"
#include "server/model/errors.h"

namespace chatter::identity {
namespace {

using Found = std::optional<Principal>;

// Knows the credential that is its own name.
class NamedAuthenticator final : public Authenticator {
 public:
  NamedAuthenticator(std::string name, std::vector<std::string>& asked)
      : name_(std::move(name)), asked_(asked) {}

  void Authenticate(const std::optional<SchemaName>& /*tenant*/, const Credential& credential,
                    Callback<Found> done) override {
    asked_.push_back(name_);
    if (credential.bearer_token == "bad " + name_) return done(CredentialInvalidError());
    if (credential.bearer_token != name_) return done(Found());
    done(Found(Principal{.credential = CredentialKind::kSession, .user_id = name_}));
  }

 private:
  const std::string name_;
  std::vector<std::string>& asked_;
};

class AuthenticatorChainTest : public testing::Test {
 protected:
  AuthenticatorChainTest() {
    std::vector<std::unique_ptr<Authenticator>> authenticators;
    for (const char* name : {"one", "two", "three"}) {
      authenticators.push_back(std::make_unique<NamedAuthenticator>(name, asked_));
    }
    chain_ = std::make_unique<AuthenticatorChain>(std::move(authenticators));
  }
  Answer<Principal> Ask(std::string token) {
    Answer<Principal> answer;
    chain_->Authenticate(SchemaName::Parse("acme"), {.bearer_token = std::move(token)},
                         answer.Slot());
    return answer;
  }

  std::vector<std::string> asked_;
  std::unique_ptr<AuthenticatorChain> chain_;
};

TEST_F(AuthenticatorChainTest, AsksInOrderUntilOneKnows) {
  EXPECT_EQ((*Ask("two"))->user_id, "two");
  EXPECT_EQ(asked_, (std::vector<std::string>{"one", "two"}));
}

TEST_F(AuthenticatorChainTest, EndsAtTheFirstError) {
  EXPECT_EQ(ReasonOf(Ask("bad two")->status()), v1::ERROR_REASON_CREDENTIAL_INVALID);
  EXPECT_EQ(asked_, (std::vector<std::string>{"one", "two"}));
}

TEST_F(AuthenticatorChainTest, RefusesWhatNobodyKnows) {
  const auto answer = Ask("four");
  EXPECT_EQ(answer->status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(ReasonOf(answer->status()), v1::ERROR_REASON_CREDENTIAL_INVALID);
  EXPECT_EQ(asked_.size(), 3u);
}

TEST(AuthenticatorChain, RefusesEverythingWhenItIsEmpty) {
  const AuthenticatorChain chain({});
  Answer<Principal> answer;
  chain.Authenticate(std::nullopt, {.bearer_token = ""}, answer.Slot());
  EXPECT_EQ(answer->status().code(), absl::StatusCode::kUnauthenticated);
}

TEST(AdministratorKeyAuthenticator, KnowsItsKeyOnly) {
  AdministratorKeyAuthenticator authenticator(Sha256("the key"));
  const auto ask = [&](const std::string& token) {
    Answer<Found> answer;
    authenticator.Authenticate(std::nullopt, {.bearer_token = token}, answer.Slot());
    return **answer;
  };
  const Found found = ask("the key");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->credential, CredentialKind::kAdministratorKey);
  EXPECT_EQ(found->user_id, "");
  EXPECT_FALSE(ask("the kez").has_value());
  EXPECT_FALSE(ask("the key ").has_value());
  EXPECT_FALSE(ask("").has_value());
  EXPECT_FALSE(ask(ToHex(Sha256("the key"))).has_value());
}

}  // namespace
}  // namespace chatter::identity
