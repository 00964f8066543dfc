#include "server/admin/sessions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "server/base/crypto.h"
#include "server/bus/bus.h"
#include "server/model/errors.h"
#include "server/store/session_store.h"
#include "tests/support/await.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::admin {
namespace {

using test::Await;
using test::CoreStack;
using test::Soon;
using test::TestDatabase;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Says what a test tells it to say of the API keys that it is asked about again.
class AskedAuthenticator final : public identity::Authenticator {
 public:
  using Ask = std::function<bool()>;  // whether the credential holds
  explicit AskedAuthenticator(Ask ask) : ask_(std::move(ask)) {}

  CredentialKind kind() const override { return CredentialKind::kApiKey; }
  void Authenticate(const std::optional<TenantKey>&, const identity::Credential&, SteadyTime,
                    Callback<std::optional<Principal>> done) override {
    done(std::optional<Principal>());
  }
  void Recheck(const TenantKey&, std::vector<Principal>, SteadyTime,
               Callback<std::vector<size_t>> done) override {
    done(ask_() ? std::vector<size_t>() : std::vector<size_t>{0});
  }

 private:
  const Ask ask_;
};

class SessionsTest : public testing::Test {
 protected:
  SessionsTest() {
    bus_.Listen([this](bus::Message message) {
      told_.push_back(std::get<bus::SessionsEnded>(std::move(message)));
    });
    stack_.AddUsers(acme_, {"alice"});
  }

  absl::StatusOr<Sessions::Created> Create() {
    return Await<Sessions::Created>([&](auto done) {
      sessions_.Create(maker_, {.user_id = "alice", .ttl = {}, .idle_ttl = {}, .device = {}},
                       std::move(done));
    });
  }
  absl::StatusOr<Sessions::Revoked> Revoke(const std::string& id) {
    return Await<Sessions::Revoked>(
        [&](auto done) { sessions_.Revoke(maker_, id, std::move(done)); });
  }
  absl::StatusOr<Sessions::Revoked> RevokeAll() {
    return Await<Sessions::Revoked>([&](auto done) {
      sessions_.RevokeAll(maker_, "alice", /*device=*/std::nullopt, std::move(done));
    });
  }
  std::string CountStored() const {
    return database_.Execute("SELECT count(*) FROM acme.chatter_session");
  }
  std::vector<std::unique_ptr<identity::Authenticator>> TheAuthenticator() {
    std::vector<std::unique_ptr<identity::Authenticator>> all;
    all.push_back(std::make_unique<AskedAuthenticator>([this] {
      stored_when_asked_.push_back(CountStored());
      return credential_holds_;
    }));
    return all;
  }

  TestDatabase database_;
  const TenantKey acme_ = database_.AddTenant("acme");
  bool credential_holds_ = true;
  std::vector<std::string> stored_when_asked_;
  std::vector<bus::SessionsEnded> told_;
  bus::InProcessBus bus_;
  CoreStack stack_{database_.url()};
  store::SessionStore store_{stack_.control, stack_.tenants};
  identity::AuthenticatorChain authenticators_{TheAuthenticator(), {}, Clock::Real()};
  Sessions sessions_{store_, authenticators_, bus_};
  const ServiceCaller maker_ =
      *ServiceCaller::Of({.tenant = acme_,
                          // Whose sessions hold without an account.
                          .principal = {.credential = CredentialKind::kApiKey,
                                        .service = std::string(kAdministratorName)},
                          .deadline = Soon()});
};

TEST_F(SessionsTest, WhoMakesASessionIsAskedForOnceItIsStored) {
  EXPECT_TRUE(Create().ok());
  EXPECT_THAT(stored_when_asked_, ElementsAre("1"));
  EXPECT_EQ(CountStored(), "1");
}

TEST_F(SessionsTest, WhoDoesNotHoldAnyMoreMakesNoSession) {
  credential_holds_ = false;
  EXPECT_EQ(ReasonOf(Create().status()), v1::ERROR_REASON_CREDENTIAL_INVALID);
  EXPECT_EQ(CountStored(), "0");
}

TEST_F(SessionsTest, WhatIsRevokedIsTold) {
  const Sha256Digest first = Create()->session.token_digest;
  const Sha256Digest second = Create()->session.token_digest;
  EXPECT_THAT(told_, IsEmpty());
  EXPECT_EQ(Revoke(ToHex(first))->sessions, 1);
  ASSERT_THAT(told_, SizeIs(1));
  EXPECT_EQ(told_[0].tenant, acme_);
  EXPECT_THAT(told_[0].token_digests, ElementsAre(first));
  EXPECT_EQ(RevokeAll()->sessions, 1);
  ASSERT_THAT(told_, SizeIs(2));
  EXPECT_THAT(told_[1].token_digests, ElementsAre(second));
}

// Whoever has an answer lost asks again, and others may not have heard of it the first time.
TEST_F(SessionsTest, WhatWasRevokedBeforeIsToldAgain) {
  const Sha256Digest digest = Create()->session.token_digest;
  EXPECT_TRUE(Revoke(ToHex(digest)).ok());
  EXPECT_EQ(ReasonOf(Revoke(ToHex(digest)).status()), v1::ERROR_REASON_SESSION_NOT_FOUND);
  EXPECT_THAT(told_, SizeIs(2));
}

}  // namespace
}  // namespace chatter::admin
