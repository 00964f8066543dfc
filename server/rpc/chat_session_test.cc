#include "server/rpc/chat_session.h"

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "server/model/errors.h"
#include "tests/support/await.h"
#include "tests/support/core_stack.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_database.h"

namespace chatter::rpc {
namespace {

using test::CoreStack;
using test::FakeClock;
using test::TestDatabase;

// A client at the other end of a session: keeps what it is sent.
class TestClient final : public ChatSession::Transport,
                         public std::enable_shared_from_this<TestClient> {
 public:
  static std::shared_ptr<TestClient> Connect(CoreStack& stack, const SchemaName& tenant,
                                             const std::string& user) {
    auto client = std::make_shared<TestClient>(stack);
    client->session_ = stack.sessions.New(
        {.tenant = tenant, .principal = {CredentialKind::kSession, user}}, client);
    stack.sessions.Begin(client->session_);
    return client;
  }

  explicit TestClient(CoreStack& stack) : stack_(stack) {}

  void Disconnect() { stack_.sessions.End(session_); }

  void OnOutput() override {
    MutexLock lock(mu_);
    if (!stalled_) Drain();
    changed_.NotifyAll();
  }
  void OnRoom() override {}

  // Reads nothing more until Resume.
  void Stall() {
    MutexLock lock(mu_);
    stalled_ = true;
  }
  void Resume() {
    MutexLock lock(mu_);
    stalled_ = false;
    Drain();
  }

  void Open(const std::map<RoomId, uint64_t>& cursors = {}) {
    v1::ChatRequest request;
    request.mutable_open();
    for (const auto& [room, seq] : cursors) {
      auto* cursor = request.mutable_open()->add_cursors();
      cursor->set_room_id(room.ToString());
      cursor->set_after_seq(seq);
    }
    session_->OnRequest(request);
  }

  void Send(const RoomId& room, const std::string& id, const std::string& text) {
    v1::ChatRequest request;
    request.set_request_id(id);
    request.mutable_send()->set_room_id(room.ToString());
    request.mutable_send()->set_client_message_id(id);
    request.mutable_send()->set_text(text);
    session_->OnRequest(request);
  }

  // Waits until an event that fits has come; returns the first such.
  v1::ServerEvent WaitFor(const std::function<bool(const v1::ServerEvent&)>& fits) {
    MutexLock lock(mu_);
    while (true) {
      const auto found = std::find_if(events_.begin(), events_.end(), fits);
      if (found != events_.end()) return *found;
      changed_.Wait(mu_);
    }
  }
  v1::ServerEvent WaitForSeq(const RoomId& room, uint64_t seq) {
    return WaitFor([&](const v1::ServerEvent& event) {
      return event.room_event().room_id() == room.ToString() && event.room_event().seq() == seq;
    });
  }
  v1::ServerEvent WaitForKind(v1::ServerEvent::EventCase kind) {
    return WaitFor([&](const v1::ServerEvent& event) { return event.event_case() == kind; });
  }
  v1::ServerEvent WaitForCaughtUp(const RoomId& room) {
    return WaitFor([&](const v1::ServerEvent& event) {
      return event.caught_up().room_id() == room.ToString();
    });
  }
  absl::Status WaitForEnd() {
    MutexLock lock(mu_);
    while (true) {
      if (const auto end = session_->TakeEnd()) return *end;
      changed_.Wait(mu_);
    }
  }

  std::vector<v1::ServerEvent> events() {
    MutexLock lock(mu_);
    return events_;
  }
  // The sequence numbers of a room's events, as they came.
  std::vector<uint64_t> Seqs(const RoomId& room) {
    std::vector<uint64_t> seqs;
    for (const v1::ServerEvent& event : events()) {
      if (event.room_event().room_id() == room.ToString()) seqs.push_back(event.room_event().seq());
    }
    return seqs;
  }
  ChatSession& session() { return *session_; }

 private:
  void Drain() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    while (true) {
      std::string bytes;
      for (const EncodedEvent& event : session_->TakeFrame()) bytes += *event;
      if (bytes.empty()) return;
      v1::ChatResponse response;
      ASSERT_TRUE(response.ParseFromString(bytes));
      events_.insert(events_.end(), response.events().begin(), response.events().end());
    }
  }

  CoreStack& stack_;
  std::shared_ptr<ChatSession> session_;
  Mutex mu_;
  CondVar changed_;
  bool stalled_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<v1::ServerEvent> events_ ABSL_GUARDED_BY(mu_);
};

std::vector<uint64_t> Range(uint64_t first, uint64_t last) {
  std::vector<uint64_t> range;
  for (uint64_t seq = first; seq <= last; ++seq) range.push_back(seq);
  return range;
}

std::string ReplyReason(const v1::ServerEvent& reply) {
  google::rpc::ErrorInfo info;
  for (const auto& detail : reply.reply().error().details()) {
    if (detail.UnpackTo(&info)) return info.reason();
  }
  return "";
}

class ChatSessionTest : public ::testing::Test {
 protected:
  std::shared_ptr<TestClient> Connect(const std::string& user) {
    return Keep(TestClient::Connect(stack_, tenant_, user));
  }
  std::shared_ptr<TestClient> Keep(std::shared_ptr<TestClient> client) {
    clients_.push_back(client);
    return client;
  }
  void Store(const RoomId& room, int count, const std::string& text = "text") {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(
          stack_.Send({tenant_, room}, "alice", absl::StrCat("stored", next_id_++), text).ok());
    }
  }
  void TearDown() override {
    for (const auto& client : clients_) client->Disconnect();
  }

  TestDatabase database_;
  const SchemaName tenant_ = database_.AddTenant("acme");
  FakeClock clock_;
  CoreStack stack_{database_.url(), clock_, {.max_live_bytes = 64 << 10}};
  const RoomId room_ = stack_.AddRoom(tenant_, {"alice", "bob"});
  std::vector<std::shared_ptr<TestClient>> clients_;
  int next_id_ = 0;
};

TEST_F(ChatSessionTest, AMessageReachesBothEndsAndTheSenderIsTold) {
  const auto alice = Connect("alice");
  const auto alices_other_device = Connect("alice");
  const auto bob = Connect("bob");
  for (const auto& client : clients_) client->Open();
  for (const auto& client : clients_) client->WaitForKind(v1::ServerEvent::kOpened);
  alice->Send(room_, "m1", "hello");
  const auto reply = alice->WaitForKind(v1::ServerEvent::kReply).reply();
  EXPECT_EQ(reply.request_id(), "m1");
  EXPECT_EQ(reply.sent().seq(), 2u);
  for (const auto& client : clients_) {
    const auto event = client->WaitForSeq(room_, 2).room_event();
    EXPECT_EQ(event.actor_id(), "alice");
    EXPECT_EQ(event.message_sent().text(), "hello");
  }
}

TEST_F(ChatSessionTest, OpenedComesFirstAndTellsTheHeads) {
  Store(room_, 3);
  const auto bob = Connect("bob");
  bob->Open();
  v1::ChatRequest early;
  early.mutable_ping();
  bob->session().OnRequest(early);
  bob->WaitForKind(v1::ServerEvent::kReply);
  const auto opened = bob->events().front().opened();
  EXPECT_EQ(opened.user_id(), "bob");
  ASSERT_EQ(opened.rooms_size(), 1);
  EXPECT_EQ(opened.rooms(0).head_seq(), 4u);
  EXPECT_EQ(opened.room_count(), 1);
}

TEST_F(ChatSessionTest, CatchesUpFromAnyCursorAndGoesOnLive) {
  Store(room_, 250);
  for (const uint64_t cursor : std::vector<uint64_t>{0, 1, 100, 200, 250, 251}) {
    const auto bob = Connect("bob");
    bob->Open({{room_, cursor}});
    EXPECT_EQ(bob->WaitForCaughtUp(room_).caught_up().head_seq(), 251u);
    EXPECT_EQ(bob->Seqs(room_), Range(cursor + 1, 251));
  }
  Store(room_, 1);
  for (const auto& bob : clients_) bob->WaitForSeq(room_, 252);
}

TEST_F(ChatSessionTest, ACursorBeyondTheHeadIsReset) {
  const auto bob = Connect("bob");
  bob->Open({{room_, 99}});
  const auto reset = bob->WaitForKind(v1::ServerEvent::kReset).reset();
  EXPECT_EQ(reset.next_seq(), 2u);
  Store(room_, 1);
  bob->WaitForSeq(room_, 2);
}

TEST_F(ChatSessionTest, CursorsOfRoomsOfOthersAreNamedAndNotServed) {
  const RoomId foreign = stack_.AddRoom(tenant_, {"alice", "carol"});
  const RoomId missing = RoomId::Generate(0);
  const auto bob = Connect("bob");
  bob->Open({{foreign, 0}, {missing, 0}});
  const auto opened = bob->WaitForKind(v1::ServerEvent::kOpened).opened();
  EXPECT_THAT(opened.unknown_room_ids(),
              ::testing::UnorderedElementsAre(foreign.ToString(), missing.ToString()));
  Store(foreign, 1);
  Store(room_, 1);
  bob->WaitForSeq(room_, 2);
  EXPECT_TRUE(bob->Seqs(foreign).empty());
}

TEST_F(ChatSessionTest, ARoomMadeMeanwhileAppearsFromItsBeginning) {
  const auto bob = Connect("bob");
  bob->Open();
  bob->WaitForKind(v1::ServerEvent::kOpened);
  const RoomId fresh = stack_.AddRoom(tenant_, {"bob", "carol"});
  stack_.bus.PublishRoomJoined({tenant_, fresh, {"bob", "carol"}});
  bob->WaitForSeq(fresh, 1);
  ASSERT_TRUE(stack_.Send({tenant_, fresh}, "carol", "1", "welcome").ok());
  bob->WaitForSeq(fresh, 2);
}

TEST_F(ChatSessionTest, AStreamCarriesTheMostRecentRoomsUpToItsBound) {
  CoreStack stack(database_.url(), clock_, {.max_rooms = 2, .max_opened_rooms = 1});
  const RoomId old = stack_.AddRoom(tenant_, {"bob", "carol"});
  const RoomId recent = stack_.AddRoom(tenant_, {"bob", "dave"});
  for (const RoomId& room : {old, room_, recent}) {
    ASSERT_TRUE(stack.Send({tenant_, room}, "bob", "1", "hello").ok());
  }
  const auto bob = TestClient::Connect(stack, tenant_, "bob");
  bob->Open({{old, 0}, {recent, 0}});
  const auto opened = bob->WaitForKind(v1::ServerEvent::kOpened).opened();
  EXPECT_EQ(opened.room_count(), 3);
  ASSERT_EQ(opened.rooms_size(), 1);
  EXPECT_EQ(opened.rooms(0).room_id(), recent.ToString());
  EXPECT_THAT(opened.unknown_room_ids(), ::testing::ElementsAre(old.ToString()));
  for (const RoomId& room : {old, room_, recent}) {
    ASSERT_TRUE(stack.Send({tenant_, room}, "bob", "2", "hello").ok());
  }
  bob->WaitForSeq(room_, 3);
  bob->WaitForSeq(recent, 3);
  EXPECT_THAT(bob->Seqs(old), ::testing::IsEmpty());
  bob->Disconnect();
}

TEST_F(ChatSessionTest, TypingReachesTheOthersOnly) {
  const auto alice = Connect("alice");
  const auto bob = Connect("bob");
  alice->Open({{room_, 0}});
  bob->Open({{room_, 0}});
  alice->WaitForCaughtUp(room_);
  bob->WaitForCaughtUp(room_);
  v1::ChatRequest request;
  request.mutable_typing()->set_room_id(room_.ToString());
  request.mutable_typing()->set_active(true);
  alice->session().OnRequest(request);
  const auto notice = bob->WaitForKind(v1::ServerEvent::kTyping).typing();
  EXPECT_EQ(notice.user_id(), "alice");
  EXPECT_TRUE(notice.active());
  Store(room_, 1);
  alice->WaitForSeq(room_, 2);
  for (const auto& event : alice->events()) EXPECT_FALSE(event.has_typing());
}

TEST_F(ChatSessionTest, AFailingCommandIsAReplyAndTheStreamGoesOn) {
  const RoomId foreign = stack_.AddRoom(tenant_, {"alice", "carol"});
  const auto bob = Connect("bob");
  bob->Open();
  bob->WaitForKind(v1::ServerEvent::kOpened);
  const auto reason_of = [&](const v1::ChatRequest& request) {
    bob->session().OnRequest(request);
    return ReplyReason(bob->WaitFor([&](const v1::ServerEvent& event) {
      return event.has_reply() && event.reply().request_id() == request.request_id();
    }));
  };
  v1::ChatRequest request;
  request.set_request_id("again");
  request.mutable_open();
  EXPECT_EQ(reason_of(request), "ALREADY_OPEN");
  request.set_request_id("foreign");
  request.mutable_send()->set_room_id(foreign.ToString());
  request.mutable_send()->set_client_message_id("1");
  request.mutable_send()->set_text("hello");
  EXPECT_EQ(reason_of(request), "ROOM_NOT_FOUND");
  request.set_request_id("too long");
  request.mutable_send()->set_text(std::string(16'385, 'x'));
  EXPECT_EQ(reason_of(request), "INVALID_FIELD");
  request.set_request_id("typing");
  request.mutable_typing()->set_room_id(foreign.ToString());
  EXPECT_EQ(reason_of(request), "ROOM_NOT_FOUND");
  request.set_request_id("nothing");
  request.clear_command();
  EXPECT_EQ(reason_of(request), "UNKNOWN_COMMAND");
  bob->Send(room_, "fine", "hello");
  bob->WaitForSeq(room_, 2);
}

TEST_F(ChatSessionTest, TheFirstCommandMustBeOpen) {
  const auto bob = Connect("bob");
  bob->Send(room_, "1", "hello");
  EXPECT_EQ(chatter::ReasonOf(bob->WaitForEnd()), v1::ERROR_REASON_OPEN_REQUIRED);
}

TEST_F(ChatSessionTest, TooManyCommandsInHandStopTheReading) {
  const auto bob = Connect("bob");
  // From the beginning: the messages may be stored before the stream has learnt of the room's head.
  bob->Open({{room_, 0}});
  EXPECT_TRUE(bob->session().CanRead());
  for (int i = 0; i < 63; ++i) bob->Send(room_, absl::StrCat(i), "x");
  // The answers may have come already, so only that it recovers can be told for certain.
  bob->WaitForSeq(room_, 64);
  bob->WaitFor([](const v1::ServerEvent& event) { return event.reply().request_id() == "62"; });
  EXPECT_TRUE(bob->session().CanRead());
}

TEST_F(ChatSessionTest, ASlowReaderIsToldThatItLagsAndLosesNothing) {
  const auto bob = Connect("bob");
  const auto alice = Connect("alice");
  bob->Open({{room_, 0}});
  alice->Open({{room_, 0}});
  bob->WaitForCaughtUp(room_);
  bob->Stall();
  Store(room_, 100, std::string(4'000, 'x'));  // far more than max_live_bytes
  alice->WaitForSeq(room_, 101);               // nobody waits for the slow one
  clock_.Advance(absl::Seconds(30));
  stack_.sessions.Tick();
  bob->Resume();
  bob->WaitForKind(v1::ServerEvent::kLagged);
  Store(room_, 1);
  bob->WaitForSeq(room_, 102);
  EXPECT_EQ(bob->Seqs(room_), Range(1, 102));
  // No heartbeat claims what has been dropped.
  uint64_t seen = 0;
  for (const v1::ServerEvent& event : bob->events()) {
    if (event.has_room_event()) seen = event.room_event().seq();
    for (const v1::RoomHead& head : event.heartbeat().heads()) EXPECT_LE(head.head_seq(), seen);
  }
}

TEST_F(ChatSessionTest, AStreamWhoseWriteIsStuckReadsNothingFromTheLog) {
  const auto bob = Connect("bob");
  const auto alice = Connect("alice");
  bob->Open({{room_, 0}});
  alice->Open({{room_, 0}});
  bob->WaitForCaughtUp(room_);
  alice->WaitForCaughtUp(room_);
  bob->Stall();
  Store(room_, 1);
  alice->WaitForSeq(room_, 2);
  const auto stuck = bob->session().TakeFrame();
  EXPECT_FALSE(stuck.empty());
  Store(room_, 100, std::string(4'000, 'x'));  // far more than max_live_bytes
  alice->WaitForSeq(room_, 102);
  // What bob had asked for would have come by now.
  ASSERT_TRUE(test::Await<chat::LogPages::PagePtr>([&](auto done) {
                stack_.pages.Read({tenant_, room_}, 0, std::move(done));
              }).ok());
  v1::ChatResponse response;
  std::string bytes;
  for (const EncodedEvent& event : bob->session().TakeFrame()) bytes += *event;
  ASSERT_TRUE(response.ParseFromString(bytes));
  ASSERT_EQ(response.events_size(), 1);
  EXPECT_TRUE(response.events(0).has_lagged());
  bob->Resume();
  bob->WaitForSeq(room_, 102);
  EXPECT_EQ(bob->Seqs(room_), [] {
    auto seqs = Range(1, 102);
    seqs.erase(seqs.begin() + 1);  // the stuck one
    return seqs;
  }());
}

TEST_F(ChatSessionTest, AnHourOfSilenceIsAnHourOfHeartbeats) {
  const auto bob = Connect("bob");
  bob->Open();
  bob->WaitForKind(v1::ServerEvent::kOpened);
  for (int second = 0; second < 3'600; ++second) {
    clock_.Advance(absl::Seconds(1));
    stack_.sessions.Tick();
  }
  int heartbeats = 0;
  for (const auto& event : bob->events()) heartbeats += event.has_heartbeat() ? 1 : 0;
  EXPECT_EQ(heartbeats, 120);
  Store(room_, 1);
  bob->WaitForSeq(room_, 2);
  clock_.Advance(absl::Seconds(30));
  stack_.sessions.Tick();
  const auto heartbeat = bob->events().back().heartbeat();
  ASSERT_EQ(heartbeat.heads_size(), 1);
  EXPECT_EQ(heartbeat.heads(0).head_seq(), 2u);
}

TEST_F(ChatSessionTest, WhatAnotherNodeStoresIsFoundByTheHeadCheck) {
  const auto bob = Connect("bob");
  bob->Open({{room_, 0}});
  bob->WaitForCaughtUp(room_);
  CoreStack other(database_.url());
  ASSERT_TRUE(other.Send({tenant_, room_}, "alice", "1", "from afar").ok());
  stack_.hub.CheckHeads();
  bob->WaitForSeq(room_, 2);
}

TEST_F(ChatSessionTest, DrainingTellsTheClientAndThenEnds) {
  const auto bob = Connect("bob");
  bob->Open();
  bob->WaitForKind(v1::ServerEvent::kOpened);
  stack_.sessions.Drain(absl::Seconds(4));
  bob->WaitForKind(v1::ServerEvent::kDrain);
  stack_.sessions.EndAll();
  EXPECT_EQ(chatter::ReasonOf(bob->WaitForEnd()), v1::ERROR_REASON_DRAINING);
  const auto late = Connect("bob");
  EXPECT_EQ(chatter::ReasonOf(late->WaitForEnd()), v1::ERROR_REASON_DRAINING);
}

TEST_F(ChatSessionTest, TheClientsCloseEndsTheStreamOnceAllIsAnswered) {
  const auto bob = Connect("bob");
  bob->Open();
  bob->Send(room_, "1", "hello");
  bob->session().OnClientDone();
  EXPECT_TRUE(bob->WaitForEnd().ok());
  bob->WaitForKind(v1::ServerEvent::kReply);
}

TEST_F(ChatSessionTest, TenantsWithTheSameNamesAndIdsNeverMeet) {
  const SchemaName other = database_.AddTenant("other");
  stack_.AddUsers(other, {"alice", "bob"});
  // The same room id in the other tenant, which only the database itself can bring about.
  database_.Execute("INSERT INTO other.chatter_room SELECT * FROM acme.chatter_room");
  database_.Execute("INSERT INTO other.chatter_member SELECT * FROM acme.chatter_member");
  database_.Execute("INSERT INTO other.chatter_event SELECT * FROM acme.chatter_event");
  const auto bob = Connect("bob");
  const auto namesake = Keep(TestClient::Connect(stack_, other, "bob"));
  bob->Open({{room_, 0}});
  namesake->Open({{room_, 0}});
  bob->WaitForCaughtUp(room_);
  namesake->WaitForCaughtUp(room_);
  ASSERT_TRUE(stack_.Send({tenant_, room_}, "alice", "same id", "for acme").ok());
  ASSERT_TRUE(stack_.Send({other, room_}, "alice", "same id", "for other").ok());
  EXPECT_EQ(bob->WaitForSeq(room_, 2).room_event().message_sent().text(), "for acme");
  EXPECT_EQ(namesake->WaitForSeq(room_, 2).room_event().message_sent().text(), "for other");
  EXPECT_EQ(bob->Seqs(room_), Range(1, 2));
  EXPECT_EQ(namesake->Seqs(room_), Range(1, 2));
}

// A subscriber comes and goes at random, stalls and resumes, while others send and the database's
// connections are cut: it sees every event once, in order.
TEST_F(ChatSessionTest, ASubscriberThatComesAndGoesSeesEverythingOnceAndInOrder) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  const RoomId second = stack_.AddRoom(tenant_, {"alice", "bob", "carol"});
  constexpr int kMessages = 1'500;
  std::vector<std::thread> senders;
  for (const RoomId& room : {room_, second}) {
    senders.emplace_back([this, room] {
      for (int i = 0; i < kMessages; ++i) {
        ASSERT_TRUE(
            stack_.Send({tenant_, room}, "alice", absl::StrCat(i), std::string(300, 'x')).ok());
      }
    });
  }
  std::map<RoomId, uint64_t> cursors = {{room_, 0}, {second, 0}};
  const auto finished = [&] {
    return cursors[room_] == kMessages + 1 && cursors[second] == kMessages + 1;
  };
  for (int visit = 0; !finished(); ++visit) {
    const auto bob = TestClient::Connect(stack_, tenant_, "bob");
    bob->Open(cursors);
    const auto& [room, seen] = *std::next(cursors.begin(), static_cast<long>(random() % 2));
    if (random() % 4 == 0) {
      bob->Stall();
      if (random() % 2 == 0) database_.CutConnections();
      bob->Resume();
    }
    const uint64_t goal = std::min<uint64_t>(seen + random() % 200, kMessages + 1);
    if (goal > seen) bob->WaitForSeq(room, goal);
    bob->Disconnect();
    for (auto& [each, cursor] : cursors) {
      for (const uint64_t seq : bob->Seqs(each)) ASSERT_EQ(seq, ++cursor);
    }
  }
  for (std::thread& sender : senders) sender.join();
}

}  // namespace
}  // namespace chatter::rpc
