#include "server/admin/sessions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

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
  SessionsTest() { stack_.AddUsers(acme_, {"alice"}); }

  absl::StatusOr<Sessions::Created> Create() {
    return Await<Sessions::Created>(
        [&](auto done) { sessions_.Create(maker_, {.user_id = "alice"}, std::move(done)); });
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
  CoreStack stack_{database_.url()};
  store::SessionStore store_{stack_.control, stack_.tenants};
  identity::AuthenticatorChain authenticators_{TheAuthenticator(), {}, Clock::Real()};
  Sessions sessions_{store_, authenticators_, stack_.bus};
  const ServiceCaller maker_ =
      *ServiceCaller::Of({.tenant = acme_,
                          .principal = {.credential = CredentialKind::kApiKey, .service = "shop"},
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

}  // namespace
}  // namespace chatter::admin
