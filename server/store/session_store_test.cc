#include "server/store/session_store.h"

#include <future>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/store/service_account_store.h"
#include "tests/support/await.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::store {
namespace {

const std::string kAdministrator(kAdministratorName);

using test::Await;
using test::CoreStack;
using test::Soon;
using test::TestDatabase;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class SessionStoreTest : public ::testing::Test {
 protected:
  SessionStoreTest() { stack_.AddUsers(acme_, {"alice", "bob"}); }

  // A session with this text for a token.
  std::optional<Session> Create(const std::string& token, SessionStore::NewSession session) {
    session.token_digest = Sha256(token);
    auto created = Await<std::optional<Session>>(
        [&](auto done) { store_.Create(acme_, session, Soon(), std::move(done)); });
    EXPECT_TRUE(created.ok()) << created.status();
    return created.ok() ? *created : std::nullopt;
  }
  std::optional<Session> Create(const std::string& token, const std::string& user_id) {
    return Create(
        token,
        {.token_digest = {}, .user_id = user_id, .service = kAdministrator, .ttl = absl::Hours(1)});
  }
  std::optional<Session> CreateIdling(const std::string& token, absl::Duration idle_ttl) {
    return Create(token, {.token_digest = {},
                          .user_id = "alice",
                          .service = kAdministrator,
                          .ttl = absl::Hours(24),
                          .idle_ttl = idle_ttl});
  }
  std::optional<Session> Find(const std::string& token) { return FindIn(acme_, token); }
  std::optional<Session> FindIn(const TenantKey& tenant, const std::string& token) {
    auto found = Await<std::optional<Session>>(
        [&](auto done) { store_.Find(tenant, Sha256(token), Soon(), std::move(done)); });
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? *found : std::nullopt;
  }
  std::vector<size_t> FindEnded(const std::vector<std::string>& tokens) {
    std::vector<Sha256Digest> digests;
    for (const std::string& token : tokens) digests.push_back(Sha256(token));
    auto ended = Await<std::vector<size_t>>(
        [&](auto done) { store_.FindEnded(acme_, digests, Soon(), std::move(done)); });
    EXPECT_TRUE(ended.ok()) << ended.status();
    return *std::move(ended);
  }
  std::vector<Session> List(const std::string& user_id, int limit = 1'000,
                            std::optional<SessionStore::ListPosition> after = std::nullopt) {
    auto listed = Await<std::vector<Session>>(
        [&](auto done) { store_.List(acme_, user_id, after, limit, Soon(), std::move(done)); });
    EXPECT_TRUE(listed.ok()) << listed.status();
    return *std::move(listed);
  }
  bool Revoke(const std::string& token, const Asker& asker = Asker::Service()) {
    auto revoked = Await<bool>(
        [&](auto done) { store_.Revoke(acme_, Sha256(token), asker, Soon(), std::move(done)); });
    EXPECT_TRUE(revoked.ok()) << revoked.status();
    return *revoked;
  }
  std::vector<Sha256Digest> RevokeAll(const std::string& user_id,
                                      const std::optional<std::string>& device = std::nullopt) {
    auto ended = Await<std::vector<Sha256Digest>>(
        [&](auto done) { store_.RevokeAll(acme_, user_id, device, Soon(), std::move(done)); });
    EXPECT_TRUE(ended.ok()) << ended.status();
    return *std::move(ended);
  }
  // One that the service account `shop` makes.
  std::optional<Session> CreateByShop(const std::string& token) {
    return Create(
        token, {.token_digest = {}, .user_id = "alice", .service = "shop", .ttl = absl::Hours(1)});
  }
  void SetShop(const ServiceScope& scope) {
    const auto set = Await<ServiceAccount>([&](auto done) {
      accounts_.Set({.name = "shop", .scope = scope}, Soon(), std::move(done));
    });
    EXPECT_TRUE(set.ok()) << set.status();
  }
  void DeleteShop() {
    EXPECT_TRUE(
        *Await<bool>([&](auto done) { accounts_.Delete("shop", Soon(), std::move(done)); }));
  }
  std::string IdentityVersion() {
    return database_.Execute("SELECT identity_version FROM chatter.tenant");
  }
  // As if so much time had passed since the session was last used.
  void LetIdle(const std::string& token, const std::string& interval) {
    Set(token, absl::StrCat("last_used_at = now() - interval '", interval, "'"));
  }
  // That a session is used is written down after whoever asked for it has the answer.
  void AwaitUse(const std::string& token) {
    while (database_.Execute(absl::StrCat("SELECT last_used_at > now() - interval '5 minutes' "
                                          "FROM acme.chatter_session WHERE token_digest = '\\x",
                                          ToHex(Sha256(token)), "'")) != "t") {
      std::this_thread::yield();
    }
  }
  void Expire(const std::string& token) { Set(token, "expires_at = now()"); }
  void Set(const std::string& token, const std::string& assignment) {
    EXPECT_EQ(database_.Execute(absl::StrCat("UPDATE acme.chatter_session SET ", assignment,
                                             " WHERE token_digest = '\\x", ToHex(Sha256(token)),
                                             "' RETURNING 1")),
              "1");
  }
  std::string LastUsed(const std::string& token) {
    return database_.Execute(
        absl::StrCat("SELECT last_used_at FROM acme.chatter_session WHERE token_digest = '\\x",
                     ToHex(Sha256(token)), "'"));
  }
  std::string Rows() { return database_.Execute("SELECT count(*) FROM acme.chatter_session"); }

  TestDatabase database_;
  const TenantKey acme_ = database_.AddTenant("acme");
  CoreStack stack_{database_.url()};
  SessionStore store_{stack_.control, stack_.tenants};
  ServiceAccountStore accounts_{stack_.control};
};

// What an account may be at the least to sign users of acme in.
ServiceScope MaySignIn() {
  return {.tenants = {"acme"},
          .services = {"chatter.v1.SessionService"},
          .read_only = false,
          .may_act_for_users = true};
}

TEST_F(SessionStoreTest, FindsWhatWasMade) {
  const auto made = Create("token", {.token_digest = {},
                                     .user_id = "alice",
                                     .service = kAdministrator,
                                     .ttl = absl::Hours(2),
                                     .idle_ttl = absl::Minutes(30),
                                     .device = "a telephone"});
  ASSERT_TRUE(made.has_value());
  const auto found = Find("token");
  ASSERT_TRUE(found.has_value());
  for (const Session& session : {*made, *found}) {
    EXPECT_EQ(session.token_digest, Sha256("token"));
    EXPECT_EQ(session.user_id, "alice");
    EXPECT_EQ(session.expires_at - session.created_at, absl::Hours(2));
    EXPECT_EQ(session.idle_ttl, absl::Minutes(30));
    EXPECT_EQ(session.device, "a telephone");
    EXPECT_EQ(session.last_used_at, session.created_at);
    EXPECT_TRUE(session.user_active);
  }
  EXPECT_EQ(Create("other", "alice")->idle_ttl, absl::InfiniteDuration());
  EXPECT_FALSE(Find("unknown").has_value());
}

TEST_F(SessionStoreTest, IsOfOneTenant) {
  const TenantKey globex = database_.AddTenant("globex");
  stack_.AddUsers(globex, {"alice"});
  Create("token", "alice");
  EXPECT_FALSE(FindIn(globex, "token").has_value());
}

TEST_F(SessionStoreTest, NeedsAnActiveUser) {
  EXPECT_FALSE(Create("token", "nobody").has_value());
  database_.Execute("UPDATE acme.chatter_user SET active = false WHERE id = 'bob'");
  EXPECT_FALSE(Create("token", "bob").has_value());
  EXPECT_EQ(Rows(), "0");
}

TEST_F(SessionStoreTest, OfADeactivatedUserNoneIsListedUntilTheUserIsBack) {
  Create("token", "bob");
  database_.Execute("UPDATE acme.chatter_user SET active = false WHERE id = 'bob'");
  EXPECT_THAT(List("bob"), IsEmpty());
  database_.Execute("UPDATE acme.chatter_user SET active = true WHERE id = 'bob'");
  EXPECT_EQ(List("bob").size(), 1u);
}

TEST_F(SessionStoreTest, MakingItTwiceMakesOne) {
  const auto first = Create("token", "alice");
  const auto second = Create("token", "alice");
  EXPECT_EQ(second->created_at, first->created_at);
  EXPECT_EQ(Rows(), "1");
}

TEST_F(SessionStoreTest, AnExpiredSessionHoldsNoLonger) {
  Create("token", "alice");
  Expire("token");
  EXPECT_FALSE(Find("token").has_value());
  EXPECT_THAT(FindEnded({"token"}), ElementsAre(0));
  EXPECT_THAT(List("alice"), IsEmpty());
  EXPECT_FALSE(Revoke("token"));
}

TEST_F(SessionStoreTest, AnIdleSessionHoldsNoLonger) {
  CreateIdling("token", absl::Minutes(30));
  LetIdle("token", "29 minutes 50 seconds");
  EXPECT_TRUE(Find("token").has_value());
  LetIdle("token", "30 minutes");
  EXPECT_FALSE(Find("token").has_value());
  EXPECT_THAT(FindEnded({"token"}), ElementsAre(0));
  EXPECT_THAT(List("alice"), IsEmpty());
  EXPECT_THAT(RevokeAll("alice"), IsEmpty());
}

TEST_F(SessionStoreTest, IdlenessEndsNoSessionThatHasNoIdleTtl) {
  Create("token", "alice");
  LetIdle("token", "59 minutes");
  EXPECT_TRUE(Find("token").has_value());
}

TEST_F(SessionStoreTest, BeingFoundKeepsASessionFromIdling) {
  CreateIdling("token", absl::Minutes(30));
  for (int i = 0; i < 3; ++i) {
    LetIdle("token", "29 minutes");
    EXPECT_TRUE(Find("token").has_value());
    AwaitUse("token");
  }
}

TEST_F(SessionStoreTest, AnOpenStreamKeepsASessionFromIdling) {
  CreateIdling("token", absl::Minutes(30));
  LetIdle("token", "29 minutes");
  EXPECT_THAT(FindEnded({"unknown", "token"}), ElementsAre(0));
  AwaitUse("token");
}

TEST_F(SessionStoreTest, ASessionIsFoundWhereNothingCanBeWritten) {
  CreateIdling("token", absl::Minutes(30));
  LetIdle("token", "29 minutes");
  database_.Execute(
      absl::StrCat("ALTER DATABASE ", database_.name(), " SET default_transaction_read_only = on"));
  database_.CutConnections();
  EXPECT_TRUE(Find("token").has_value());
  EXPECT_THAT(FindEnded({"unknown", "token"}), ElementsAre(0));
}

TEST_F(SessionStoreTest, WritesAUseDownNowAndThenOnly) {
  CreateIdling("short", absl::Minutes(5));  // a tenth: 30 s
  CreateIdling("long", absl::Hours(10));    // a minute
  LetIdle("short", "25 seconds");
  LetIdle("long", "55 seconds");
  const std::string short_before = LastUsed("short");
  const std::string long_before = LastUsed("long");
  Find("short");
  Find("long");
  FindEnded({"short", "long"});
  EXPECT_EQ(LastUsed("short"), short_before);
  EXPECT_EQ(LastUsed("long"), long_before);
  LetIdle("short", "35 seconds");
  LetIdle("long", "65 seconds");
  const std::string short_late = LastUsed("short");
  const std::string long_late = LastUsed("long");
  Find("short");
  FindEnded({"long"});
  EXPECT_NE(LastUsed("short"), short_late);
  EXPECT_NE(LastUsed("long"), long_late);
}

TEST_F(SessionStoreTest, ASessionKnowsItsMaker) {
  EXPECT_EQ(Create("token", "alice")->service, kAdministratorName);
  SetShop(MaySignIn());
  EXPECT_EQ(CreateByShop("shop's")->service, "shop");
  EXPECT_EQ(Find("shop's")->service, "shop");
  EXPECT_EQ(List("alice").front().service, "shop");
  // The release before wrote down nothing.
  Set("token", "service = NULL");
  EXPECT_EQ(Find("token")->service, "");
}

TEST_F(SessionStoreTest, ASessionEndsWithItsMaker) {
  SetShop(MaySignIn());
  CreateByShop("token");
  Create("other", "alice");
  const std::string version = IdentityVersion();
  DeleteShop();
  EXPECT_NE(IdentityVersion(), version);  // streams are looked at again
  EXPECT_FALSE(Find("token").has_value());
  EXPECT_THAT(FindEnded({"token", "other"}), ElementsAre(0));
  EXPECT_THAT(List("alice"), SizeIs(1));
  EXPECT_FALSE(Revoke("token"));
  EXPECT_TRUE(Find("other").has_value());
}

TEST_F(SessionStoreTest, AnAccountThatIsMadeAgainIsAnother) {
  SetShop(MaySignIn());
  CreateByShop("token");
  DeleteShop();
  SetShop(MaySignIn());
  EXPECT_FALSE(Find("token").has_value());
  EXPECT_TRUE(CreateByShop("new").has_value());
  EXPECT_TRUE(Find("new").has_value());
}

TEST_F(SessionStoreTest, ASessionHoldsAsLongAsItsMakerMightMakeIt) {
  SetShop(MaySignIn());
  CreateByShop("token");
  const auto holds = [&](auto change) {
    ServiceScope scope = MaySignIn();
    change(scope);
    const std::string version = IdentityVersion();
    SetShop(scope);
    EXPECT_NE(IdentityVersion(), version);
    const bool found = Find("token").has_value();
    SetShop(MaySignIn());
    return found;
  };
  EXPECT_TRUE(holds([](ServiceScope& scope) { scope.tenants = {"*"}; }));
  EXPECT_TRUE(holds([](ServiceScope& scope) { scope.tenants = {"globex", "acme"}; }));
  EXPECT_TRUE(holds([](ServiceScope& scope) { scope.services = {"*"}; }));
  EXPECT_FALSE(holds([](ServiceScope& scope) { scope.tenants = {"globex"}; }));
  EXPECT_FALSE(holds([](ServiceScope& scope) { scope.services = {"chatter.v1.RoomService"}; }));
  EXPECT_FALSE(holds([](ServiceScope& scope) { scope.may_act_for_users = false; }));
  EXPECT_FALSE(holds([](ServiceScope& scope) { scope.read_only = true; }));
}

TEST_F(SessionStoreTest, ListsNoSessionsOfMakersThatAreGone) {
  SetShop(MaySignIn());
  Create("one", "alice");
  CreateByShop("shop's one");
  CreateByShop("shop's two");
  Create("two", "alice");
  CreateByShop("shop's three");
  DeleteShop();
  const std::vector<Session> both = List("alice", 2);
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[0].token_digest, Sha256("two"));
  EXPECT_EQ(both[1].token_digest, Sha256("one"));
  EXPECT_THAT(List("alice", 1), SizeIs(1));
  EXPECT_THAT(RevokeAll("alice"), UnorderedElementsAre(Sha256("one"), Sha256("two")));
  EXPECT_EQ(Rows(), "0");
}

TEST_F(SessionStoreTest, WhatEndsIsCounted) {
  const auto counts = [&](auto work) {
    const std::string version = IdentityVersion();
    work();
    return IdentityVersion() != version;
  };
  const auto set_active = [&](bool active) {
    EXPECT_TRUE(Await<std::optional<User>>([&](auto done) {
                  stack_.users.SetActive(acme_, "bob", active, Soon(), std::move(done));
                }).ok());
  };
  Create("one", "alice");
  Create("two", "alice");
  EXPECT_TRUE(counts([&] { EXPECT_TRUE(Revoke("one")); }));
  EXPECT_FALSE(counts([&] { EXPECT_FALSE(Revoke("one")); }));
  EXPECT_TRUE(counts([&] { EXPECT_THAT(RevokeAll("alice"), SizeIs(1)); }));
  EXPECT_FALSE(counts([&] { EXPECT_THAT(RevokeAll("alice"), IsEmpty()); }));
  EXPECT_TRUE(counts([&] { set_active(false); }));
  EXPECT_TRUE(counts([&] { set_active(false); })) << "the one before may not have been counted";
  EXPECT_FALSE(counts([&] { set_active(true); }));
}

// As if the control schema's database went away between the two.
TEST_F(SessionStoreTest, WhatIsEndedAndNotCountedHasEnded) {
  Create("token", "alice");
  database_.Execute("ALTER TABLE chatter.tenant RENAME identity_version TO theirs");
  EXPECT_FALSE(Await<bool>([&](auto done) {
                 store_.Revoke(acme_, Sha256("token"), Asker::Service(), Soon(), std::move(done));
               }).ok());
  database_.Execute("ALTER TABLE chatter.tenant RENAME theirs TO identity_version");
  EXPECT_FALSE(Find("token").has_value());
  EXPECT_FALSE(Revoke("token"));
}

TEST_F(SessionStoreTest, TellsWhichOfManyHoldNoLonger) {
  std::vector<std::string> tokens;
  for (int i = 0; i < 50; ++i) tokens.push_back(absl::StrCat("token", i));
  for (int i = 0; i < 50; ++i) Create(tokens[static_cast<size_t>(i)], i % 2 == 0 ? "alice" : "bob");
  Expire("token7");
  Revoke("token30");
  EXPECT_THAT(FindEnded(tokens), ElementsAre(7, 30));
  EXPECT_THAT(FindEnded({"token1", "nonsense", "token1"}), ElementsAre(1));
  EXPECT_THAT(FindEnded({}), IsEmpty());
}

TEST_F(SessionStoreTest, OneTooManyEndsTheLeastRecentlyUsed) {
  for (int i = 0; i < SessionStore::kMaxSessionsPerUser; ++i) {
    Create(absl::StrCat("token", i), "alice");
    LetIdle(absl::StrCat("token", i), absl::StrCat(i == 5 ? 1'000 : 500 - i, " seconds"));
  }
  Create("bob's", "bob");
  ASSERT_EQ(List("alice").size(), size_t{SessionStore::kMaxSessionsPerUser});
  Create("new", "alice");
  EXPECT_EQ(List("alice").size(), size_t{SessionStore::kMaxSessionsPerUser});
  EXPECT_TRUE(Find("new").has_value());
  EXPECT_FALSE(Find("token5").has_value());
  EXPECT_TRUE(Find("token0").has_value());
  EXPECT_TRUE(Find("bob's").has_value());
}

TEST_F(SessionStoreTest, TheBoundHoldsForSessionsThatAreMadeAtOnce) {
  for (int i = 0; i < SessionStore::kMaxSessionsPerUser; ++i) {
    Create(absl::StrCat("token", i), "alice");
  }
  CoreStack other(database_.url());
  SessionStore other_store(other.control, other.tenants);
  std::vector<std::future<bool>> answers;
  for (int i = 0; i < 40; ++i) {
    auto promise = std::make_shared<std::promise<bool>>();
    answers.push_back(promise->get_future());
    (i % 2 == 0 ? store_ : other_store)
        .Create(acme_,
                {.token_digest = Sha256(absl::StrCat("new", i)),
                 .user_id = "alice",
                 .service = kAdministrator,
                 .ttl = absl::Hours(1)},
                Soon(), [promise](auto created) { promise->set_value(created.ok()); });
  }
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
  EXPECT_EQ(List("alice").size(), size_t{SessionStore::kMaxSessionsPerUser});
}

TEST_F(SessionStoreTest, DeletesWhatHoldsNoLongerWhenTheUserSignsIn) {
  Create("expired", "alice");
  CreateIdling("idle", absl::Minutes(5));
  Create("bob's", "bob");
  Expire("expired");
  LetIdle("idle", "6 minutes");
  Expire("bob's");
  Create("bad", "nobody");
  EXPECT_EQ(Rows(), "3");
  Create("token", "alice");
  EXPECT_EQ(Rows(), "2");  // this one, and bob's
}

TEST_F(SessionStoreTest, ListsTheNewestFirst) {
  for (const char* token : {"one", "two", "three", "four"}) Create(token, "alice");
  Create("bob's", "bob");
  const std::vector<Session> first = List("alice", 2);
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].token_digest, Sha256("four"));
  EXPECT_EQ(first[1].token_digest, Sha256("three"));
  const std::vector<Session> rest = List(
      "alice", 9, {{.created_at = first[1].created_at, .token_digest = first[1].token_digest}});
  ASSERT_EQ(rest.size(), 2u);
  EXPECT_EQ(rest[0].token_digest, Sha256("two"));
  EXPECT_EQ(rest[1].token_digest, Sha256("one"));
}

TEST_F(SessionStoreTest, PagesThroughSessionsOfTheSameTime) {
  for (const char* token : {"one", "two", "three"}) {
    Create(token, "alice");
    Set(token, "created_at = '2026-01-01'");
  }
  std::optional<SessionStore::ListPosition> after;
  std::vector<Sha256Digest> seen;
  for (auto page = List("alice", 1); !page.empty(); page = List("alice", 1, after)) {
    after = {{.created_at = page[0].created_at, .token_digest = page[0].token_digest}};
    seen.push_back(page[0].token_digest);
  }
  EXPECT_THAT(seen, UnorderedElementsAre(Sha256("one"), Sha256("two"), Sha256("three")));
}

TEST_F(SessionStoreTest, RevokesOne) {
  Create("token", "alice");
  Create("other", "alice");
  EXPECT_FALSE(Revoke("token", Asker::User("bob")));
  EXPECT_TRUE(Find("token").has_value());
  EXPECT_TRUE(Revoke("token", Asker::User("alice")));
  EXPECT_FALSE(Find("token").has_value());
  EXPECT_FALSE(Revoke("token", Asker::User("alice")));
  EXPECT_TRUE(Revoke("other"));
}

TEST_F(SessionStoreTest, RevokesThoseOfAUserOrADevice) {
  for (const char* token : {"phone1", "phone2"}) {
    Create(token, {.token_digest = {},
                   .user_id = "alice",
                   .service = kAdministrator,
                   .ttl = absl::Hours(1),
                   .device = "phone"});
  }
  Create("nameless", "alice");
  Create("bob's", "bob");
  EXPECT_THAT(RevokeAll("alice", "tablet"), IsEmpty());
  EXPECT_THAT(RevokeAll("alice", "phone"),
              UnorderedElementsAre(Sha256("phone1"), Sha256("phone2")));
  EXPECT_TRUE(Find("nameless").has_value());
  EXPECT_THAT(RevokeAll("alice", ""), ElementsAre(Sha256("nameless")));
  Create("again", "alice");
  EXPECT_THAT(RevokeAll("alice"), ElementsAre(Sha256("again")));
  EXPECT_TRUE(Find("bob's").has_value());
}

}  // namespace
}  // namespace chatter::store
