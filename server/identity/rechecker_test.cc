#include "server/identity/rechecker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

#include "server/identity/test_fakes.h"
#include "server/model/errors.h"

namespace chatter::identity {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

using Places = std::vector<size_t>;
using Tenants = std::vector<store::TenantStore::Checked>;
using Ended = std::map<std::string, v1::ErrorReason>;  // by tenant and user
using PlaceLookups = HeldLookups<std::pair<TenantKey, std::vector<std::string>>, Places>;

class NotingStream final : public OpenStream {
 public:
  NotingStream(const TenantCaller& caller, SteadyTime begun_at, Ended& ended)
      : caller_(caller), begun_at_(begun_at), ended_(ended) {}

  const TenantCaller& caller() const override { return caller_; }
  SteadyTime begun_at() const override { return begun_at_; }
  void Fail(absl::Status reason) override {
    ended_[caller_.tenant().text() + "/" + caller_.user_id()] = ReasonOf(reason);
  }

 private:
  const TenantCaller caller_;
  const SteadyTime begun_at_;
  Ended& ended_;
};

// Remembers which principals it is asked about, by their proof.
class HeldAuthenticator final : public Authenticator {
 public:
  HeldAuthenticator(CredentialKind kind, PlaceLookups& lookups) : kind_(kind), lookups_(lookups) {}

  CredentialKind kind() const override { return kind_; }
  bool ends_are_counted() const override { return kind_ == CredentialKind::kSession; }
  void Authenticate(const std::optional<TenantKey>& /*tenant*/, const Credential& /*credential*/,
                    SteadyTime /*deadline*/, Callback<std::optional<Principal>> done) override {
    done(std::optional<Principal>());
  }
  void Recheck(const TenantKey& tenant, std::vector<Principal> held, SteadyTime deadline,
               Callback<Places> done) override {
    std::vector<std::string> proofs;
    for (const Principal& principal : held) proofs.push_back(principal.proof);
    lookups_.Add({tenant, std::move(proofs)}, deadline, std::move(done));
  }

 private:
  const CredentialKind kind_;
  PlaceLookups& lookups_;
};

class RecheckerTest : public testing::Test {
 protected:
  RecheckerTest() {
    std::vector<std::unique_ptr<Authenticator>> all;
    all.push_back(std::make_unique<HeldAuthenticator>(CredentialKind::kSession, sessions_));
    all.push_back(std::make_unique<HeldAuthenticator>(CredentialKind::kApiKey, keys_));
    chain_ = std::make_unique<AuthenticatorChain>(std::move(all), CacheOptions{}, clock_);
    rechecker_ = MakeRechecker({});
  }

  std::unique_ptr<Rechecker> MakeRechecker(Rechecker::Options options) {
    return std::make_unique<Rechecker>(
        options, *chain_,
        RecheckLookups{
            .tenants =
                [this](std::vector<SchemaName> names, SteadyTime deadline, Callback<Tenants> done) {
                  tenants_.Add(std::move(names), deadline, std::move(done));
                },
            .inactive_users =
                [this](const TenantKey& tenant, std::vector<std::string> ids, SteadyTime deadline,
                       Callback<Places> done) {
                  users_.Add({tenant, std::move(ids)}, deadline, std::move(done));
                }},
        clock_);
  }

  // A stream that notes why it is told to end, under its user's name.
  std::shared_ptr<OpenStream> MakeStream(const TenantKey& tenant, const std::string& user,
                                         CredentialKind kind = CredentialKind::kSession,
                                         absl::Duration ttl = absl::Hours(1)) {
    Principal principal;
    principal.credential = kind;
    principal.user_id = user;
    principal.proof = "proof of " + user;
    principal.expires_at = clock_.Now() + ttl;
    return std::make_shared<NotingStream>(
        *TenantCaller::Of({.tenant = tenant, .principal = principal}), clock_.Steady(), ended_);
  }

  // Begins a run, and lets all tenants that it asks about be active.
  void Run(const Rechecker::Streams& streams, int64_t identity_version = 1) {
    rechecker_->Run(streams);
    if (tenants_.held() == 0) return;
    tenants_.AnswerOldest(Tenants(tenants_.oldest().key.size(), Active(identity_version)));
  }
  static store::TenantStore::Checked Active(int64_t identity_version) {
    return {TenantState::kActive, "", identity_version};
  }

  // Answers all lookups that wait: everybody may go on.
  void FinishRound() {
    for (PlaceLookups* lookups : {&sessions_, &keys_, &users_}) {
      while (lookups->held() > 0) lookups->AnswerOldest(Places());
    }
  }

  const TenantKey acme_{*SchemaName::Parse("acme")};
  const TenantKey globex_{*SchemaName::Parse("globex")};
  const TenantKey initech_{*SchemaName::Parse("initech")};
  FakeClock clock_;
  HeldLookups<std::vector<SchemaName>, Tenants> tenants_;
  PlaceLookups sessions_;
  PlaceLookups keys_;
  PlaceLookups users_;
  Ended ended_;
  std::unique_ptr<AuthenticatorChain> chain_;
  std::unique_ptr<Rechecker> rechecker_;
};

TEST_F(RecheckerTest, LetsGoOnWhoMay) {
  Run({MakeStream(acme_, "alice"), MakeStream(globex_, "bob")});
  FinishRound();
  EXPECT_THAT(ended_, IsEmpty());
}

TEST_F(RecheckerTest, EndsStreamsOfACredentialThatIsGone) {
  Run({MakeStream(acme_, "alice"), MakeStream(acme_, "bob")});
  ASSERT_EQ(sessions_.held(), 1u);
  EXPECT_EQ(sessions_.oldest().key.first, acme_);
  EXPECT_THAT(sessions_.oldest().key.second, ElementsAre("proof of alice", "proof of bob"));
  sessions_.AnswerOldest(Places{1});
  EXPECT_THAT(ended_, ElementsAre(Pair("acme/bob", v1::ERROR_REASON_CREDENTIAL_INVALID)));
}

// However many streams there are.
TEST_F(RecheckerTest, AsksOnceForAllStreamsOfATenantAndKind) {
  Rechecker::Streams streams;
  for (int i = 0; i < 100; ++i) {
    streams.push_back(MakeStream(acme_, "u" + std::to_string(i)));
    streams.push_back(MakeStream(acme_, "k" + std::to_string(i), CredentialKind::kApiKey));
    streams.push_back(MakeStream(globex_, "v" + std::to_string(i)));
  }
  Run(streams);
  EXPECT_EQ(tenants_.total(), 1u);
  EXPECT_EQ(sessions_.held(), 2u);
  EXPECT_EQ(keys_.held(), 1u);
  EXPECT_EQ(users_.held(), 2u);
}

// A gateway's streams have its one key.
TEST_F(RecheckerTest, AsksOnceAboutOneCredential) {
  Run({MakeStream(acme_, "alice"), MakeStream(acme_, "alice")});
  EXPECT_THAT(sessions_.oldest().key.second, ElementsAre("proof of alice"));
  EXPECT_THAT(users_.oldest().key.second, ElementsAre("alice"));
}

// The same user and the same proof in another tenant is somebody else.
TEST_F(RecheckerTest, KeepsTenantsApart) {
  Run({MakeStream(acme_, "alice"), MakeStream(globex_, "alice")});
  while (sessions_.held() > 0) {
    const bool is_acme = sessions_.oldest().key.first == acme_;
    sessions_.AnswerOldest(is_acme ? Places{0} : Places{});
  }
  EXPECT_THAT(ended_, ElementsAre(Pair("acme/alice", v1::ERROR_REASON_CREDENTIAL_INVALID)));
}

TEST_F(RecheckerTest, EndsStreamsOfDeactivatedUsers) {
  Run({MakeStream(acme_, "alice"), MakeStream(acme_, "bob")});
  EXPECT_THAT(users_.oldest().key.second, ElementsAre("alice", "bob"));
  users_.AnswerOldest(Places{0});
  EXPECT_THAT(ended_, ElementsAre(Pair("acme/alice", v1::ERROR_REASON_USER_DEACTIVATED)));
}

TEST_F(RecheckerTest, EndsAllStreamsOfSuspendedAndDeletedTenants) {
  rechecker_->Run({MakeStream(acme_, "alice"), MakeStream(acme_, "bob"),
                   MakeStream(globex_, "carol"), MakeStream(initech_, "dave")});
  Tenants tenants;
  for (const SchemaName& name : tenants_.oldest().key) {
    tenants.push_back(Active(1));
    if (name == acme_.name) tenants.back() = {TenantState::kSuspended, "unpaid", 1};
    if (name == globex_.name) tenants.back().state = std::nullopt;
  }
  tenants_.AnswerOldest(std::move(tenants));
  EXPECT_THAT(ended_,
              UnorderedElementsAre(Pair("acme/alice", v1::ERROR_REASON_TENANT_SUSPENDED),
                                   Pair("acme/bob", v1::ERROR_REASON_TENANT_SUSPENDED),
                                   Pair("globex/carol", v1::ERROR_REASON_TENANT_NOT_FOUND)));
}

// Who may speak there was said of the schema that it was; whoever connects anew comes to what it
// is.
TEST_F(RecheckerTest, EndsAllStreamsWhereTheSchemaIsNotKnown) {
  rechecker_->Run({MakeStream(acme_, "alice", CredentialKind::kApiKey)});
  Tenants tenants = {Active(1)};
  tenants[0].state = TenantState::kSuspended;
  tenants[0].schema_is_known = false;
  tenants_.AnswerOldest(std::move(tenants));
  EXPECT_THAT(ended_, ElementsAre(Pair("acme/alice", v1::ERROR_REASON_TENANT_NOT_READY)));
  EXPECT_EQ(keys_.held(), 0u);
}

TEST_F(RecheckerTest, EndsStreamsWhoseSchemaHasGivenItsNameToAnother) {
  rechecker_->Run({MakeStream({acme_.name, 7}, "alice"), MakeStream({acme_.name, 8}, "bob")});
  Tenants tenants = {Active(1), Active(1)};
  for (auto& tenant : tenants) tenant.schema_stamp = 8;
  tenants_.AnswerOldest(std::move(tenants));
  EXPECT_THAT(ended_, ElementsAre(Pair("acme/alice", v1::ERROR_REASON_TENANT_NOT_READY)));
}

TEST_F(RecheckerTest, EndsStreamsWhoseCredentialHasExpired) {
  const auto stream = MakeStream(acme_, "alice", CredentialKind::kSession, absl::Seconds(1));
  Run({stream});
  FinishRound();
  EXPECT_THAT(ended_, IsEmpty());
  clock_.Advance(absl::Seconds(1));
  Run({stream});
  EXPECT_THAT(ended_, ElementsAre(Pair("acme/alice", v1::ERROR_REASON_CREDENTIAL_INVALID)));
  EXPECT_EQ(sessions_.held(), 0u);
}

// While nothing has ended in the tenant, its streams are left alone, but for what isn't counted.
TEST_F(RecheckerTest, LooksAtStreamsWhenSomethingHasEnded) {
  const Rechecker::Streams streams = {MakeStream(acme_, "alice"),
                                      MakeStream(acme_, "bot", CredentialKind::kApiKey)};
  clock_.Advance(Rechecker::kYouth);
  Run(streams, 1);
  FinishRound();
  Run(streams, 1);
  EXPECT_EQ(sessions_.total(), 1u);
  EXPECT_EQ(users_.total(), 1u);
  EXPECT_EQ(keys_.total(), 2u);
  FinishRound();
  Run(streams, 2);
  EXPECT_EQ(sessions_.total(), 2u);
  EXPECT_EQ(users_.total(), 2u);
  FinishRound();
}

TEST_F(RecheckerTest, SweepsNowAndThenAllTheSame) {
  const Rechecker::Streams streams = {MakeStream(acme_, "alice")};
  clock_.Advance(Rechecker::kYouth);
  Run(streams);
  FinishRound();
  clock_.Advance(Rechecker::kSweepInterval - absl::Seconds(1));
  Run(streams);
  EXPECT_EQ(sessions_.total(), 1u);
  clock_.Advance(absl::Seconds(1));
  Run(streams);
  EXPECT_EQ(sessions_.total(), 2u);
  FinishRound();
}

TEST_F(RecheckerTest, SweepsWhateverTheTimeOfDay) {
  const Rechecker::Streams streams = {
      MakeStream(acme_, "alice", CredentialKind::kSession, absl::Hours(24))};
  clock_.Advance(Rechecker::kYouth);
  Run(streams);
  FinishRound();
  clock_.Step(absl::Hours(1));
  Run(streams);
  EXPECT_EQ(sessions_.total(), 1u) << "all streams at once for a clock that was set";
  FinishRound();
  clock_.Step(-absl::Hours(2));
  clock_.Advance(Rechecker::kSweepInterval);
  Run(streams);
  ASSERT_EQ(sessions_.held(), 1u) << "not at all until the clock has caught up";
  sessions_.AnswerOldest(Places{0});
  EXPECT_THAT(ended_, ElementsAre(Pair("acme/alice", v1::ERROR_REASON_CREDENTIAL_INVALID)));
  FinishRound();
}

// When a credential ends is written down as a time of day.
TEST_F(RecheckerTest, CredentialsExpireByTheTimeOfDay) {
  const auto stream = MakeStream(acme_, "alice", CredentialKind::kSession, absl::Hours(1));
  clock_.Step(absl::Hours(1));
  Run({stream});
  EXPECT_THAT(ended_, ElementsAre(Pair("acme/alice", v1::ERROR_REASON_CREDENTIAL_INVALID)));
}

// The application deactivates them without counting.
TEST_F(RecheckerTest, LooksAtTheApplicationsUsersEachTime) {
  rechecker_ = MakeRechecker({.users_are_counted = false});
  const Rechecker::Streams streams = {MakeStream(acme_, "alice")};
  clock_.Advance(Rechecker::kYouth);
  Run(streams);
  FinishRound();
  Run(streams);
  EXPECT_EQ(users_.total(), 2u);
  EXPECT_EQ(sessions_.total(), 1u);
  FinishRound();
}

// It may have begun with what another node had revoked, and counted, within the cache's two
// seconds.
TEST_F(RecheckerTest, LooksAtStreamsThatHaveJustBegun) {
  const auto old = MakeStream(acme_, "alice");
  clock_.Advance(Rechecker::kYouth);
  Run({old});
  FinishRound();
  Run({old, MakeStream(acme_, "bob")});
  ASSERT_EQ(sessions_.held(), 1u);
  EXPECT_THAT(sessions_.oldest().key.second, ElementsAre("proof of bob"));
  EXPECT_THAT(users_.oldest().key.second, ElementsAre("bob"));
  sessions_.AnswerOldest(Places{0});
  EXPECT_THAT(ended_, ElementsAre(Pair("acme/bob", v1::ERROR_REASON_CREDENTIAL_INVALID)));
  FinishRound();
}

// A database that is away mustn't throw everybody out.
TEST_F(RecheckerTest, AFailedLookupEndsNobody) {
  const Rechecker::Streams streams = {MakeStream(acme_, "alice")};
  Run(streams);
  sessions_.AnswerOldest(DatabaseUnavailableError());
  users_.AnswerOldest(DatabaseUnavailableError());
  rechecker_->Run(streams);
  tenants_.AnswerOldest(DatabaseUnavailableError());
  EXPECT_THAT(ended_, IsEmpty());
}

// What nobody has answered for wasn't looked at.
TEST_F(RecheckerTest, AFailedLookupIsMadeAgainInTheNextRun) {
  const Rechecker::Streams streams = {MakeStream(acme_, "alice")};
  clock_.Advance(Rechecker::kYouth);
  Run(streams);
  sessions_.AnswerOldest(DatabaseUnavailableError());
  FinishRound();
  Run(streams);
  ASSERT_EQ(sessions_.held(), 1u);
  sessions_.AnswerOldest(Places{0});
  EXPECT_THAT(ended_, ElementsAre(Pair("acme/alice", v1::ERROR_REASON_CREDENTIAL_INVALID)));
  FinishRound();
}

TEST_F(RecheckerTest, RunsOneRoundOfATenantAtATime) {
  const Rechecker::Streams streams = {MakeStream(acme_, "alice")};
  rechecker_->Run(streams);
  rechecker_->Run(streams);
  EXPECT_EQ(tenants_.total(), 1u);
  tenants_.AnswerOldest(Tenants{Active(1)});
  Run(streams);
  EXPECT_EQ(sessions_.total(), 1u);
  EXPECT_EQ(users_.total(), 1u);
  FinishRound();
  Run(streams);
  EXPECT_EQ(sessions_.total(), 2u);
  FinishRound();
}

// Somebody may have locked its tables.
TEST_F(RecheckerTest, ATenantThatIsNotAnsweredForKeepsNobodyElsesStreamsGoing) {
  Run({MakeStream(acme_, "alice")});
  Run({MakeStream(acme_, "alice"), MakeStream(globex_, "bob")});
  ASSERT_EQ(sessions_.held(), 2u);
  sessions_.AnswerOldest(Places());
  EXPECT_EQ(sessions_.oldest().key.first, globex_);
  sessions_.AnswerOldest(Places{0});
  EXPECT_THAT(ended_, ElementsAre(Pair("globex/bob", v1::ERROR_REASON_CREDENTIAL_INVALID)));
  FinishRound();
}

}  // namespace
}  // namespace chatter::identity
