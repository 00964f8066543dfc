// Presence and typing, as sessions tell of them and hear of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "server/model/errors.h"
#include "server/stream/test_chat_client.h"
#include "tests/support/await.h"
#include "tests/support/callers.h"

namespace chatter::stream {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto kOnline = v1::PRESENCE_STATUS_ONLINE;
constexpr auto kAway = v1::PRESENCE_STATUS_AWAY;
constexpr auto kOffline = v1::PRESENCE_STATUS_OFFLINE;

class ChatSessionPresenceTest : public ChatSessionTest {
 protected:
  // A client whose stream is open, and known to the tracker.
  std::shared_ptr<TestClient> Open(const std::string& user,
                                   const std::vector<std::string>& watched = {}) {
    return OpenIn(tenant_, user, watched);
  }
  std::shared_ptr<TestClient> OpenIn(const TenantKey& tenant, const std::string& user,
                                     const std::vector<std::string>& watched = {}) {
    auto client = Keep(TestClient::Connect(stack_, tenant, user));
    v1::ChatRequest request;
    request.mutable_open();
    for (const auto& id : watched) request.mutable_open()->add_watched_user_ids(id);
    client->session().OnRequest(request);
    client->WaitForKind(v1::ServerEvent::kOpened);
    return client;
  }
  static void Set(TestClient& client, v1::PresenceStatus status) {
    v1::ChatRequest request;
    request.mutable_set_presence()->set_status(status);
    client.session().OnRequest(request);
  }
  static void Watch(TestClient& client, const std::vector<std::string>& user_ids) {
    v1::ChatRequest request;
    request.set_request_id("watch");
    request.mutable_watch_presence();
    for (const auto& id : user_ids) request.mutable_watch_presence()->add_user_ids(id);
    client.session().OnRequest(request);
  }
  void Pass(absl::Duration time) {
    clock_.Advance(time);
    stack_.conversation.presence.Tick();
  }
  static v1::Presence WaitForPresence(TestClient& client, const std::string& user_id,
                                      v1::PresenceStatus status) {
    return client
        .WaitFor([&](const v1::ServerEvent& event) {
          return event.presence().user_id() == user_id && event.presence().status() == status;
        })
        .presence();
  }
  // What the client was told of the user, as it came.
  static std::vector<v1::PresenceStatus> Told(TestClient& client, const std::string& user_id) {
    std::vector<v1::PresenceStatus> told;
    for (const auto& event : client.events()) {
      if (event.presence().user_id() == user_id) told.push_back(event.presence().status());
    }
    return told;
  }
  std::vector<UserPresence> Get(const std::vector<std::string>& user_ids) {
    auto presences = test::Await<std::vector<UserPresence>>([&](auto done) {
      stack_.conversation.presence.Get(test::UserOf(tenant_, "bob"), user_ids, std::move(done));
    });
    EXPECT_TRUE(presences.ok()) << presences.status();
    return presences.value_or(std::vector<UserPresence>());
  }
  void Flush() {
    std::promise<void> flushed;
    stack_.conversation.presence.Flush([&] { flushed.set_value(); });
    flushed.get_future().wait();
  }
  void Disable(Feature feature) {
    database_.Execute(absl::StrCat("UPDATE acme.chatter_settings SET disabled_features = '{",
                                   static_cast<int>(feature), "}'"));
    stack_.log.bus.Publish(bus::SettingsChanged{tenant_});
  }
};

TEST_F(ChatSessionPresenceTest, WatchersHearOfAUserWithTwoDevices) {
  const auto bob = Open("bob", {"alice"});
  WaitForPresence(*bob, "alice", kOffline);
  const auto laptop = Open("alice");
  stack_.conversation.presence.Tick();
  WaitForPresence(*bob, "alice", kOnline);
  const auto phone = Open("alice");
  Set(*laptop, kAway);
  Pass(absl::Seconds(1));
  Set(*phone, kAway);
  Pass(absl::Seconds(1));
  WaitForPresence(*bob, "alice", kAway);
  laptop->Disconnect();
  phone->Disconnect();
  const absl::Time closed_at = clock_.Now();
  Pass(absl::Seconds(9));
  Pass(absl::Seconds(1));
  // Users who are gone are told of when they are written, or before.
  const auto gone = bob->WaitFor(
      [](const v1::ServerEvent& event) { return event.presence().has_last_seen_at(); });
  EXPECT_EQ(gone.presence().status(), kOffline);
  EXPECT_EQ(gone.presence().last_seen_at().seconds(), absl::ToUnixSeconds(closed_at));
  EXPECT_THAT(Told(*bob, "alice"), ElementsAre(kOffline, kOnline, kAway, kOffline));
}

TEST_F(ChatSessionPresenceTest, GoneIsGoneWhateverTheTimeOfDay) {
  const auto bob = Open("bob", {"alice"});
  const auto alice = Open("alice");
  stack_.conversation.presence.Tick();
  WaitForPresence(*bob, "alice", kOnline);
  alice->Disconnect();
  const absl::Time closed_at = clock_.Now();
  clock_.Step(absl::Hours(1));
  Pass(absl::Seconds(9));
  EXPECT_EQ(Get({"alice"}).front().status, PresenceStatus::kOnline);
  clock_.Step(-absl::Hours(2));
  Pass(absl::Seconds(1));
  const auto gone = bob->WaitFor(
      [](const v1::ServerEvent& event) { return event.presence().has_last_seen_at(); });
  EXPECT_EQ(gone.presence().status(), kOffline);
  EXPECT_EQ(gone.presence().last_seen_at().seconds(), absl::ToUnixSeconds(closed_at));
}

// A program that may only read, on behalf of a user: others must see nothing of it.
TEST_F(ChatSessionPresenceTest, AStreamOfWhoMayOnlyReadMakesNobodyPresent) {
  const auto bob = Open("bob", {"alice"});
  WaitForPresence(*bob, "alice", kOffline);
  Principal reader{CredentialKind::kApiKey, "alice", "auditor"};
  reader.scope = std::make_shared<const ServiceScope>(
      ServiceScope{.read_only = true, .may_act_for_users = true});
  const auto auditor = Keep(TestClient::Connect(stack_, tenant_, reader));
  v1::ChatRequest request;
  request.mutable_open()->add_watched_user_ids("bob");
  auditor->session().OnRequest(request);
  stack_.conversation.presence.Tick();
  WaitForPresence(*auditor, "bob", kOnline);  // it may watch
  EXPECT_THAT(Get({"alice"}), ElementsAre(UserPresence{.user_id = "alice"}));
  auditor->Disconnect();
  Pass(absl::Seconds(11));
  const auto alice = Get({"alice"});
  EXPECT_EQ(alice.at(0).last_seen_at, std::nullopt);
  EXPECT_THAT(Told(*bob, "alice"), ElementsAre(kOffline));
}

TEST_F(ChatSessionPresenceTest, AReconnectWithinTheGraceIsNoNews) {
  const auto bob = Open("bob", {"alice"});
  auto alice = Open("alice");
  stack_.conversation.presence.Tick();
  WaitForPresence(*bob, "alice", kOnline);
  for (int i = 0; i < 3; ++i) {
    alice->Disconnect();
    Pass(absl::Seconds(9));
    alice = Open("alice");
    Pass(absl::Seconds(9));
  }
  Set(*alice, kAway);
  Pass(absl::Seconds(1));
  WaitForPresence(*bob, "alice", kAway);
  const auto told = Told(*bob, "alice");
  EXPECT_THAT(std::vector(told.end() - 2, told.end()), ElementsAre(kOnline, kAway));
}

TEST_F(ChatSessionPresenceTest, ChangesWithinASecondAreToldOnceWithTheLast) {
  const auto alice = Open("alice");
  EXPECT_EQ(Get({"alice"}).front().status, PresenceStatus::kOnline);
  const auto bob = Open("bob", {"alice"});
  WaitForPresence(*bob, "alice", kOnline);
  stack_.conversation.presence.Tick();
  for (int i = 0; i < 100; ++i) {
    Set(*alice, kAway);
    Set(*alice, kOnline);
  }
  Set(*alice, kAway);
  EXPECT_EQ(Get({"alice"}).front().status, PresenceStatus::kAway);
  Pass(absl::Seconds(1));
  WaitForPresence(*bob, "alice", kAway);
  EXPECT_THAT(Told(*bob, "alice"), ElementsAre(kOnline, kAway));
}

TEST_F(ChatSessionPresenceTest, AWatchTakesThePlaceOfTheOneBefore) {
  const auto alice = Open("alice");
  const auto bob = Open("bob", {"alice"});
  WaitForPresence(*bob, "alice", kOnline);
  Watch(*bob, {"carol", "carol"});
  WaitForPresence(*bob, "carol", kOffline);
  Set(*alice, kAway);
  const auto carol = Open("carol");
  Pass(absl::Seconds(1));
  WaitForPresence(*bob, "carol", kOnline);
  EXPECT_THAT(Told(*bob, "alice"), ElementsAre(kOnline));
  EXPECT_THAT(Told(*bob, "carol"), ElementsAre(kOffline, kOnline));
}

TEST_F(ChatSessionPresenceTest, PresenceFollowsOpenedAndTheReply) {
  const auto bob = Connect("bob");
  v1::ChatRequest open;
  open.mutable_open()->add_watched_user_ids("carol");
  bob->session().OnRequest(open);
  Watch(*bob, {"alice"});  // while the rooms are being loaded, or not
  WaitForPresence(*bob, "alice", kOffline);
  std::vector<v1::ServerEvent::EventCase> kinds;
  for (const auto& event : bob->events()) {
    if (event.presence().user_id() != "carol") kinds.push_back(event.event_case());
  }
  EXPECT_THAT(kinds, ElementsAre(v1::ServerEvent::kOpened, v1::ServerEvent::kReply,
                                 v1::ServerEvent::kPresence));
}

TEST_F(ChatSessionPresenceTest, TheInvisibleAreOfflineToAll) {
  const absl::Time seen_at = absl::FromUnixSeconds(1'600'000'000);
  database_.Execute(
      "INSERT INTO acme.chatter_user_state (user_id, invisible, last_seen_at) "
      "VALUES ('alice', true, to_timestamp(1600000000))");
  const UserPresence hidden{.user_id = "alice", .last_seen_at = seen_at};
  const auto bob = Open("bob", {"alice"});
  const auto alice = Open("alice");
  Pass(absl::Seconds(1));
  EXPECT_THAT(Get({"alice"}), ElementsAre(hidden));
  database_.Execute("UPDATE acme.chatter_user_state SET invisible = false");
  stack_.log.bus.Publish(bus::VisibilityChosen{{tenant_, "alice"}, false});
  Pass(absl::Seconds(1));
  WaitForPresence(*bob, "alice", kOnline);
  database_.Execute("UPDATE acme.chatter_user_state SET invisible = true");
  stack_.log.bus.Publish(bus::VisibilityChosen{{tenant_, "alice"}, true});
  EXPECT_THAT(Get({"alice"}), ElementsAre(hidden));
  Pass(absl::Seconds(1));
  const auto carol = Open("carol", {"alice"});
  EXPECT_EQ(WaitForPresence(*carol, "alice", kOffline).last_seen_at().seconds(), 1'600'000'000);
  alice->Disconnect();
  Flush();
  EXPECT_THAT(Get({"alice"}), ElementsAre(hidden));
  EXPECT_EQ(database_.Execute("SELECT extract(epoch FROM last_seen_at)::bigint "
                              "FROM acme.chatter_user_state"),
            "1600000000");
}

TEST_F(ChatSessionPresenceTest, WhenUsersWereLastSeenIsKept) {
  const auto alice = Open("alice");
  EXPECT_EQ(Get({"alice"}).front().status, PresenceStatus::kOnline);
  EXPECT_THAT(Get({"carol", "alice"}),
              ElementsAre(UserPresence{.user_id = "carol"},
                          UserPresence{.user_id = "alice", .status = PresenceStatus::kOnline}));
  const absl::Time closed_at = clock_.Now();
  alice->Disconnect();
  Flush();
  EXPECT_EQ(database_.Execute("SELECT extract(epoch FROM last_seen_at)::bigint "
                              "FROM acme.chatter_user_state WHERE user_id = 'alice'"),
            absl::StrCat(absl::ToUnixSeconds(closed_at)));
  EXPECT_THAT(Get({"alice"}),
              ElementsAre(UserPresence{.user_id = "alice", .last_seen_at = closed_at}));
}

TEST_F(ChatSessionPresenceTest, TenantsWithTheSameUserNamesDontSeeEachOther) {
  const TenantKey other = database_.AddTenant("other");
  stack_.AddRoom(other, {"alice", "bob"});
  const auto bob = OpenIn(other, "bob", {"alice"});
  WaitForPresence(*bob, "alice", kOffline);
  const auto alice = Open("alice");
  EXPECT_EQ(Get({"alice"}).front().status, PresenceStatus::kOnline);
  Pass(absl::Seconds(1));
  const auto other_alice = OpenIn(other, "alice");
  Set(*other_alice, kAway);
  Pass(absl::Seconds(1));
  WaitForPresence(*bob, "alice", kAway);
  EXPECT_THAT(Told(*bob, "alice"), ElementsAre(kOffline, kAway));
  EXPECT_EQ(Get({"alice"}).front().status, PresenceStatus::kOnline);
}

TEST_F(ChatSessionPresenceTest, WherePresenceIsOffEverybodyIsOfflineAndNothingIsWritten) {
  Disable(Feature::kPresence);
  const auto alice = Open("alice");
  const auto carol = Open("carol");
  const auto bob = Open("bob", {"alice", "carol"});
  WaitForPresence(*bob, "carol", kOffline);
  Pass(absl::Seconds(1));
  EXPECT_THAT(Get({"alice"}), ElementsAre(UserPresence{.user_id = "alice"}));
  carol->Disconnect();
  Flush();
  EXPECT_EQ(database_.Execute("SELECT count(*) FROM acme.chatter_user_state"), "0");
  EXPECT_THAT(Told(*bob, "alice"), ElementsAre(kOffline));

  Disable(Feature::kTyping);
  WaitForPresence(*bob, "alice", kOnline);
}

TEST_F(ChatSessionPresenceTest, WhatASlowClientLosesIsRepeated) {
  const auto alice = Open("alice");
  const auto bob = Open("bob", {"alice"});
  WaitForPresence(*bob, "alice", kOnline);
  bob->Stall();
  Store(room_, 3, std::string(12'000, 'x'));
  alice->WaitForSeq(room_, 4);  // more than half of what bob's outbox holds
  Set(*alice, kAway);
  Pass(absl::Seconds(1));
  EXPECT_EQ(Get({"alice"}).front().status, PresenceStatus::kAway);
  bob->Resume();
  WaitForPresence(*bob, "alice", kAway);
}

TEST_F(ChatSessionPresenceTest, BadInputIsRefused) {
  const auto bob = Open("bob");
  const auto reason_of = [&](v1::ChatRequest request, const std::string& id) {
    request.set_request_id(id);
    bob->session().OnRequest(request);
    return ReplyReason(bob->WaitFor([&](const v1::ServerEvent& event) {
      return event.has_reply() && event.reply().request_id() == id;
    }));
  };
  v1::ChatRequest request;
  request.mutable_set_presence();
  EXPECT_EQ(reason_of(request, "unspecified"), "INVALID_FIELD");
  request.mutable_set_presence()->set_status(kOffline);
  EXPECT_EQ(reason_of(request, "offline"), "INVALID_FIELD");
  request.mutable_watch_presence()->add_user_ids("");
  EXPECT_EQ(reason_of(request, "empty"), "INVALID_FIELD");
  request.mutable_watch_presence()->clear_user_ids();
  for (int i = 0; i < 200; ++i) request.mutable_watch_presence()->add_user_ids(absl::StrCat(i));
  EXPECT_EQ(reason_of(request, "many"), "");
  request.mutable_watch_presence()->add_user_ids("alice");
  EXPECT_EQ(reason_of(request, "too many"), "INVALID_FIELD");

  const auto unopened = Connect("bob");
  v1::ChatRequest open;
  open.mutable_open()->add_watched_user_ids("\n");
  unopened->session().OnRequest(open);
  EXPECT_EQ(chatter::ReasonOf(unopened->WaitForEnd()), v1::ERROR_REASON_INVALID_FIELD);
}

// ---- Typing ----

class ChatSessionTypingTest : public ChatSessionPresenceTest {
 protected:
  // Two clients that are level.
  ChatSessionTypingTest() : alice_(Connect("alice")), bob_(Connect("bob")) {
    for (const auto& client : {alice_, bob_}) {
      client->Open({{room_, 0}});
      client->WaitForCaughtUp(room_);
    }
    LoadSettings();
  }
  // So that notices go out before the call returns.
  void LoadSettings() {
    EXPECT_TRUE(test::Await<tenants::TenantSettings::Ptr>([&](auto done) {
                  stack_.conversation.settings.Find(tenant_, std::move(done));
                }).ok());
  }
  void Type(bool active) {
    v1::ChatRequest request;
    request.set_request_id(absl::StrCat("typing ", next_id_++));
    request.mutable_typing()->set_room_id(room_.ToString());
    request.mutable_typing()->set_active(active);
    alice_->session().OnRequest(request);
    const auto reply = alice_->WaitFor([&](const v1::ServerEvent& event) {
      return event.reply().request_id() == request.request_id();
    });
    EXPECT_TRUE(reply.reply().has_done());
  }
  // What bob was told, all of which has come.
  std::vector<bool> Heard() {
    Store(room_, 1);
    bob_->WaitForSeq(room_, ++head_);
    std::vector<bool> heard;
    for (const auto& event : bob_->events()) {
      if (event.has_typing()) heard.push_back(event.typing().active());
    }
    return heard;
  }

  const std::shared_ptr<TestClient> alice_;
  const std::shared_ptr<TestClient> bob_;
  uint64_t head_ = 1;
};

TEST_F(ChatSessionTypingTest, WhatRepeatsItselfIsAcceptedAndDropped) {
  for (const bool active : {true, true, true, false, false}) Type(active);
  EXPECT_THAT(Heard(), ElementsAre(true, false));
  Type(true);
  EXPECT_THAT(Heard(), ElementsAre(true, false, true));
  clock_.Advance(absl::Seconds(2));
  LoadSettings();
  Type(true);
  EXPECT_THAT(Heard(), ElementsAre(true, false, true, true));
}

TEST_F(ChatSessionTypingTest, WhereItIsOffNothingIsHeard) {
  Disable(Feature::kTyping);
  LoadSettings();
  Type(true);
  EXPECT_THAT(Heard(), IsEmpty());
}

}  // namespace
}  // namespace chatter::stream
