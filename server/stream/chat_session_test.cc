// Commands, replies, heartbeats and the end of a session.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "server/model/errors.h"
#include "server/model/limits.h"
#include "server/rooms/walks.h"
#include "server/stream/test_chat_client.h"

namespace chatter::stream {
namespace {

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

TEST_F(ChatSessionTest, ACommandThatCouldNotBeReadInFullIsRefused) {
  FieldViolations violations;
  violations.Add("ping", "must be right");
  v1::ChatRequest command;
  command.set_request_id("bad");
  command.mutable_ping();
  const auto alice = Connect("alice");
  alice->Open();
  alice->session().OnRequest(command, violations.ToStatus());
  const auto reply = alice->WaitForKind(v1::ServerEvent::kReply).reply();
  EXPECT_EQ(reply.request_id(), "bad");
  EXPECT_EQ(reply.error().code(), static_cast<int>(absl::StatusCode::kInvalidArgument));
  alice->Send(room_, "m1", "The session goes on.");
  alice->WaitForSeq(room_, 2);

  const auto bob = Connect("bob");
  v1::ChatRequest open;
  open.mutable_open();
  bob->session().OnRequest(open, violations.ToStatus());
  EXPECT_EQ(ReasonOf(bob->WaitForEnd()), v1::ERROR_REASON_INVALID_FIELD);
}

// Those that mention somebody are looked up first, and those that mention nobody whom there is come
// to nothing.
TEST_F(ChatSessionTest, SendsIntoARoomKeepTheirOrderWhateverTheyHold) {
  v1::MessageDetails to_bob;
  to_bob.add_mentioned_user_ids("bob");
  v1::MessageDetails to_nobody;
  to_nobody.add_mentioned_user_ids("nobody");
  const auto alice = Connect("alice");
  alice->Open();
  alice->WaitForKind(v1::ServerEvent::kOpened);
  std::vector<std::string> sent;
  for (int i = 0; i < 15; ++i) {
    alice->Send(room_, absl::StrCat("refused ", i), "text", to_nobody);
    alice->Send(room_, sent.emplace_back(absl::StrCat("to bob ", i)), "text", to_bob);
    alice->Send(room_, sent.emplace_back(absl::StrCat("plain ", i)), "text");
  }
  alice->WaitForSeq(room_, 1 + sent.size());
  std::vector<std::string> stored;
  for (const v1::ServerEvent& event : alice->events()) {
    if (event.room_event().has_message_sent()) {
      stored.push_back(event.room_event().message_sent().client_message_id());
    }
  }
  EXPECT_EQ(stored, sent);
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

TEST_F(ChatSessionTest, TypingBeforeTheRoomsAreKnownReachesNobody) {
  const auto bob = Connect("bob");
  bob->Open({{room_, 0}});
  bob->WaitForCaughtUp(room_);
  const auto mallory = Connect("mallory");
  mallory->Open();
  v1::ChatRequest request;
  request.mutable_typing()->set_room_id(room_.ToString());
  request.mutable_typing()->set_active(true);
  mallory->session().OnRequest(request);
  mallory->WaitForKind(v1::ServerEvent::kReply);
  Store(room_, 1);
  bob->WaitForSeq(room_, 2);
  for (const auto& event : bob->events()) EXPECT_FALSE(event.has_typing());
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

TEST_F(ChatSessionTest, AStreamThatIsNotOpenedInTimeEnds) {
  const auto silent = Connect("bob");
  const auto late = Connect("bob");
  clock_.Advance(ChatSession::kMaxTimeToOpen - absl::Seconds(1));
  stack_.conversation.sessions.Tick();
  late->Open();
  late->WaitForKind(v1::ServerEvent::kOpened);
  clock_.Advance(absl::Seconds(1));
  stack_.conversation.sessions.Tick();
  EXPECT_EQ(chatter::ReasonOf(silent->WaitForEnd()), v1::ERROR_REASON_OPEN_REQUIRED);
  Store(room_, 1);
  late->WaitForSeq(room_, 2);
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

TEST_F(ChatSessionTest, WhoReadsNoRepliesIsReadNoMore) {
  const auto bob = Connect("bob");
  bob->Open();
  bob->WaitForKind(v1::ServerEvent::kOpened);
  bob->Stall();
  v1::ChatRequest ping;
  ping.mutable_ping();
  int pings = 0;
  for (; bob->session().CanRead() && pings < 1'000; ++pings) bob->session().OnRequest(ping);
  EXPECT_EQ(pings, limits::kStreamCommands);
  EXPECT_EQ(bob->times_told_of_room(), 0);
  bob->Resume();
  EXPECT_EQ(bob->times_told_of_room(), 1);
  EXPECT_TRUE(bob->session().CanRead());
}

TEST_F(ChatSessionTest, AUserMayHaveSoManyStreams) {
  const size_t max = ChatOptions().max_streams_of_user;
  for (size_t i = 0; i < max; ++i) Connect("bob");
  EXPECT_EQ(stack_.conversation.sessions.active(), max);
  const absl::Status refused = Connect("bob")->WaitForEnd();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused), v1::ERROR_REASON_OVERLOADED);
  EXPECT_EQ(stack_.conversation.sessions.active(), max);
  EXPECT_EQ(stack_.conversation.sessions.refused(), 1u);
  const auto alice = Connect("alice");
  alice->Open();
  alice->WaitForKind(v1::ServerEvent::kOpened);
  clients_.front()->Disconnect();
  const auto bob = Connect("bob");
  bob->Open();
  bob->WaitForKind(v1::ServerEvent::kOpened);
}

// Of members of thousands of rooms, each opening takes the database a while.
TEST_F(ChatSessionTest, StreamsOfOneUserOpenOneAfterTheOther) {
  std::optional<Turnstile::Pass> busy;
  stack_.conversation.walks.Enter(rooms::WalkGroup({tenant_, "bob"}),
                                  [&busy](auto pass) { busy.emplace(*std::move(pass)); });
  for (int i = 0; i < 5; ++i) Connect("bob")->Open();
  EXPECT_EQ(stack_.conversation.walks.stats().waiting, 5u);
  const auto alice = Connect("alice");
  alice->Open();
  alice->WaitForKind(v1::ServerEvent::kOpened);
  clients_.front()->Disconnect();  // isn't loaded any more
  busy.reset();
  for (size_t i = 1; i < 5; ++i) clients_[i]->WaitForKind(v1::ServerEvent::kOpened);
}

TEST_F(ChatSessionTest, AnHourOfSilenceIsAnHourOfHeartbeats) {
  const auto bob = Connect("bob");
  bob->Open();
  bob->WaitForKind(v1::ServerEvent::kOpened);
  for (int second = 0; second < 3'600; ++second) {
    clock_.Advance(absl::Seconds(1));
    stack_.conversation.sessions.Tick();
  }
  int heartbeats = 0;
  for (const auto& event : bob->events()) heartbeats += event.has_heartbeat() ? 1 : 0;
  EXPECT_EQ(heartbeats, 120);
  Store(room_, 1);
  bob->WaitForSeq(room_, 2);
  clock_.Advance(absl::Seconds(30));
  stack_.conversation.sessions.Tick();
  const auto heartbeat = bob->events().back().heartbeat();
  ASSERT_EQ(heartbeat.heads_size(), 1);
  EXPECT_EQ(heartbeat.heads(0).head_seq(), 2u);
}

TEST_F(ChatSessionTest, HeartbeatsComeWhateverTheTimeOfDay) {
  const auto bob = Connect("bob");
  bob->Open();
  bob->WaitForKind(v1::ServerEvent::kOpened);
  const auto heartbeats = [&] {
    int count = 0;
    for (const auto& event : bob->events()) count += event.has_heartbeat() ? 1 : 0;
    return count;
  };
  clock_.Step(absl::Hours(1));
  stack_.conversation.sessions.Tick();
  EXPECT_EQ(heartbeats(), 0);
  clock_.Step(-absl::Hours(2));
  clock_.Advance(absl::Seconds(30));
  stack_.conversation.sessions.Tick();
  EXPECT_EQ(heartbeats(), 1);
  EXPECT_EQ(bob->events().back().heartbeat().server_time().seconds(),
            absl::ToUnixSeconds(clock_.Now()));
}

TEST_F(ChatSessionTest, DrainingTellsTheClientAndThenEnds) {
  const auto bob = Connect("bob");
  bob->Open();
  bob->WaitForKind(v1::ServerEvent::kOpened);
  stack_.conversation.sessions.Drain(absl::Seconds(4));
  bob->WaitForKind(v1::ServerEvent::kDrain);
  stack_.conversation.sessions.EndAll();
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

}  // namespace
}  // namespace chatter::stream
