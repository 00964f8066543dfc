#include "client/stream/chat_session.h"

#include <gmock/gmock.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/stream/test_events.h"

namespace chatter::client {
namespace {

using test_events::CaughtUp;
using test_events::Drain;
using test_events::Failed;
using test_events::Heartbeat;
using test_events::Message;
using test_events::Opened;
using test_events::Sent;
using testing::ElementsAre;

// What an action was, in a few words.
struct Describe {
  std::string operator()(const action::Connect& connect) const {
    std::string text = absl::StrCat("connect ", connect.link);
    for (const auto& cursor : connect.open.open().cursors()) {
      absl::StrAppend(&text, " ", cursor.room_id(), "=", cursor.after_seq());
    }
    for (const auto& user_id : connect.open.open().watched_user_ids()) {
      absl::StrAppend(&text, " watch ", user_id);
    }
    return text;
  }
  std::string operator()(const action::Write& write) const {
    const auto& request = write.request;
    if (request.has_watch_presence()) {
      return absl::StrCat("write ", write.link, " watch ",
                          absl::StrJoin(request.watch_presence().user_ids(), " "));
    }
    if (request.has_set_presence()) return absl::StrCat("write ", write.link, " presence");
    return absl::StrCat("write ", write.link, " ",
                        request.has_send()     ? request.send().text()
                        : request.has_typing() ? "typing"
                                               : absl::StrCat("read ", request.mark_read().seq()));
  }
  std::string operator()(const action::HalfClose& half_close) const {
    return absl::StrCat("half-close ", half_close.link);
  }
  std::string operator()(const action::Cancel& cancel) const {
    return absl::StrCat("cancel ", cancel.link);
  }
  std::string operator()(const action::Deliver& deliver) const {
    const v1::ServerEvent& event = deliver.event;
    if (event.has_room_event()) {
      return absl::StrCat(event.room_event().room_id(), " ", event.room_event().seq());
    }
    return event.has_opened() ? "opened" : event.has_reset() ? "reset" : "other";
  }
  std::string operator()(const action::Answer& answer) const {
    return answer.result.ok()
               ? absl::StrCat("answer ", answer.result->seq())
               : absl::StrCat("answer ", absl::StatusCodeToString(answer.result.status().code()));
  }
  std::string operator()(const action::Disconnected&) const { return "disconnected"; }
  std::string operator()(const action::Ended& ended) const {
    return absl::StrCat("ended ", absl::StatusCodeToString(ended.status.code()));
  }
};

// With jitter at its middle: the first wait is 100 ms. Heartbeats are announced for every 10 s.
class ChatSessionTest : public testing::Test {
 protected:
  std::vector<std::string> Actions() {
    std::vector<std::string> texts;
    for (const Action& action : session_->TakeActions()) {
      texts.push_back(std::visit(Describe(), action));
    }
    return texts;
  }

  // A session with link 1 open and rooms a (at 5) and b (at 8).
  void Open() {
    session_->Start(now_);
    session_->OnEvent(1, Opened({{"a", 5}, {"b", 8}}), now_);
    ASSERT_THAT(Actions(), ElementsAre("connect 1", "opened"));
  }

  std::vector<std::string> Event(LinkId link, const v1::ServerEvent& event) {
    session_->OnEvent(link, event, now_);
    return Actions();
  }

  std::vector<std::string> Lost(LinkId link, const absl::Status& status) {
    session_->OnLinkEnded(link, status, now_);
    return Actions();
  }

  std::vector<std::string> AtNextDeadline() {
    now_ = session_->NextDeadline();
    session_->OnTimer(now_);
    return Actions();
  }

  absl::Status Send(const std::string& text) {
    v1::SendMessage message;
    message.set_room_id("a");
    message.set_client_message_id(absl::StrCat("id of ", text));
    message.set_text(text);
    return session_->Send(std::move(message), now_).status();
  }

  SteadyTime now_ = SteadyTime();
  std::unique_ptr<ChatSession> session_ =
      std::make_unique<ChatSession>(ChatSessionOptions(), [] { return 0.5; });
};

TEST_F(ChatSessionTest, HandsOnEventsOnceAndInOrder) {
  Open();
  EXPECT_THAT(Event(1, Message("a", 6)), ElementsAre("a 6"));
  EXPECT_THAT(Event(1, Message("a", 6)), ElementsAre());
  EXPECT_THAT(Event(1, Message("b", 9)), ElementsAre("b 9"));
  EXPECT_THAT(Event(1, CaughtUp("a", 6)), ElementsAre("other"));
}

TEST_F(ChatSessionTest, ResumesAfterALoss) {
  Open();
  Event(1, Message("a", 6));
  EXPECT_THAT(Lost(1, absl::UnavailableError("gone")), ElementsAre("disconnected"));
  EXPECT_EQ(session_->NextDeadline(), now_ + absl::Milliseconds(100));
  EXPECT_THAT(AtNextDeadline(), ElementsAre("connect 2 a=6 b=8"));
  EXPECT_THAT(Event(2, Opened({{"a", 7}, {"b", 8}})), ElementsAre("opened"));
  EXPECT_THAT(Event(2, Message("a", 7)), ElementsAre("a 7"));
  EXPECT_THAT(Event(1, Message("a", 8)), ElementsAre());  // of a link that is no more
}

TEST_F(ChatSessionTest, BacksOffUntilOpened) {
  session_->Start(now_);
  std::vector<absl::Duration> waits;
  for (LinkId link = 1; link <= 8; ++link) {
    session_->OnLinkEnded(link, absl::UnavailableError("down"), now_);
    waits.push_back(session_->NextDeadline() - now_);
    AtNextDeadline();
  }
  EXPECT_EQ(waits[0], absl::Milliseconds(100));
  EXPECT_EQ(waits[1], absl::Milliseconds(200));
  EXPECT_EQ(waits[7], absl::Seconds(5));  // half of the bound of 10 s
  session_->OnEvent(9, Opened({}), now_);
  session_->OnLinkEnded(9, absl::OkStatus(), now_);
  EXPECT_EQ(session_->NextDeadline() - now_, absl::Milliseconds(100));
}

TEST_F(ChatSessionTest, AGapIsRepaired) {
  Open();
  EXPECT_THAT(Event(1, Message("a", 7)), ElementsAre("cancel 1", "disconnected"));
  EXPECT_THAT(Event(1, Message("a", 8)), ElementsAre());
  EXPECT_THAT(AtNextDeadline(), ElementsAre("connect 2 a=5 b=8"));
}

TEST_F(ChatSessionTest, RepeatedRepairsSlowDownUntilAHeartbeatAgrees) {
  Open();
  Event(1, Message("a", 7));
  EXPECT_EQ(session_->NextDeadline() - now_, absl::Milliseconds(100));
  AtNextDeadline();
  Event(2, Opened({{"a", 7}, {"b", 8}}));
  Event(2, Message("a", 7));
  EXPECT_EQ(session_->NextDeadline() - now_, absl::Milliseconds(200));
  AtNextDeadline();
  Event(3, Opened({{"a", 7}, {"b", 8}}));
  EXPECT_THAT(Event(3, Heartbeat({})), ElementsAre());
  Event(3, Message("a", 7));
  EXPECT_EQ(session_->NextDeadline() - now_, absl::Milliseconds(100));
}

TEST_F(ChatSessionTest, HeartbeatAndCaughtUpBeyondOurPositionAreRepaired) {
  Open();
  EXPECT_THAT(Event(1, Heartbeat({{"a", 5}})), ElementsAre());
  EXPECT_THAT(Event(1, Heartbeat({{"a", 6}})), ElementsAre("cancel 1", "disconnected"));
  AtNextDeadline();
  Event(2, Opened({{"a", 6}, {"b", 8}}));
  EXPECT_THAT(Event(2, CaughtUp("a", 6)), ElementsAre("cancel 2", "disconnected"));
}

TEST_F(ChatSessionTest, ThreeSilentHeartbeatsMeanALoss) {
  Open();
  now_ += absl::Seconds(20);
  Event(1, Heartbeat({}));
  EXPECT_EQ(session_->NextDeadline(), now_ + absl::Seconds(30));
  EXPECT_THAT(AtNextDeadline(), ElementsAre("cancel 1", "disconnected"));
  EXPECT_THAT(AtNextDeadline(), ElementsAre("connect 2 a=5 b=8"));
}

TEST_F(ChatSessionTest, AnHourOfHeartbeatsKeepsTheStream) {
  Open();
  for (int i = 0; i < 360; ++i) {
    now_ += absl::Seconds(10);
    session_->OnTimer(now_);
    EXPECT_THAT(Event(1, Heartbeat({})), ElementsAre());
  }
}

TEST_F(ChatSessionTest, AStreamThatIsNotOpenInTimeIsGivenUp) {
  session_->Start(now_);
  Actions();
  EXPECT_EQ(session_->NextDeadline(), now_ + absl::Seconds(10));
  EXPECT_THAT(AtNextDeadline(), ElementsAre("cancel 1", "disconnected"));
}

TEST_F(ChatSessionTest, ResetMovesTheCursor) {
  Open();
  EXPECT_THAT(Event(1, test_events::Reset("a", 3)), ElementsAre("reset"));
  EXPECT_THAT(Event(1, Message("a", 3)), ElementsAre("a 3"));
}

TEST_F(ChatSessionTest, DrainOpensTheNewStreamBeforeTheOldIsGivenUp) {
  Open();
  EXPECT_THAT(Event(1, Drain(4, 2)), ElementsAre());
  EXPECT_EQ(session_->NextDeadline(), now_ + absl::Seconds(5));  // the middle of the window
  EXPECT_THAT(AtNextDeadline(), ElementsAre("connect 2 a=5 b=8"));
  EXPECT_THAT(Event(1, Message("a", 6)), ElementsAre("a 6"));
  EXPECT_TRUE(Send("on the old").ok());
  EXPECT_THAT(Actions(), ElementsAre("write 1 on the old"));
  EXPECT_THAT(Event(2, Opened({{"a", 7}, {"b", 8}})),
              ElementsAre("half-close 1", "opened", "write 2 on the old"));
  EXPECT_THAT(Event(2, Message("a", 6)), ElementsAre());
  EXPECT_THAT(Event(2, Message("a", 7)), ElementsAre("a 7"));
  EXPECT_THAT(Event(1, Message("a", 7)), ElementsAre());
  EXPECT_THAT(Lost(1, absl::OkStatus()), ElementsAre());
}

TEST_F(ChatSessionTest, DrainedBeforeItsTimeConnectsAtOnce) {
  Open();
  Event(1, Drain(60, 0));
  EXPECT_THAT(Lost(1, absl::UnavailableError("draining")), ElementsAre("disconnected"));
  EXPECT_EQ(session_->NextDeadline() - now_, absl::Milliseconds(100));
}

TEST_F(ChatSessionTest, AFailedHandOverIsTriedAgainQuietly) {
  Open();
  Event(1, Drain(0, 0));
  AtNextDeadline();
  EXPECT_THAT(Lost(2, absl::UnavailableError("not yet")), ElementsAre());
  EXPECT_THAT(AtNextDeadline(), ElementsAre("connect 3 a=5 b=8"));
}

TEST_F(ChatSessionTest, TheOldStreamMayEndWhileTheNewOneIsBeingOpened) {
  Open();
  Event(1, Drain(0, 0));
  AtNextDeadline();
  EXPECT_THAT(Lost(1, absl::UnavailableError("draining")), ElementsAre());
  EXPECT_THAT(Event(2, Opened({{"a", 5}, {"b", 8}})), ElementsAre("opened"));
}

TEST_F(ChatSessionTest, ARoomMadeWhileAwayComesFromItsBeginning) {
  Open();
  Lost(1, absl::UnavailableError("gone"));
  AtNextDeadline();
  EXPECT_THAT(Event(2, Opened({{"new", 2}, {"a", 5}, {"b", 8}})),
              ElementsAre("cancel 2", "disconnected"));
  EXPECT_THAT(AtNextDeadline(), ElementsAre("connect 3 a=5 b=8 new=0"));
}

TEST_F(ChatSessionTest, TheUsersLastEventIsHandedOnAndTheRoomForgotten) {
  Open();
  EXPECT_THAT(Event(1, test_events::MembersRemoved("a", 6, {"alice"})), ElementsAre("a 6"));
  EXPECT_THAT(Event(1, Heartbeat({{"b", 8}})), ElementsAre());
  EXPECT_THAT(Event(1, Message("a", 20)), ElementsAre("a 20"));  // the user was added again
  EXPECT_THAT(Event(1, test_events::MembersRemoved("a", 21, {"alice"})), ElementsAre("a 21"));
  Lost(1, absl::UnavailableError("gone"));
  EXPECT_THAT(AtNextDeadline(), ElementsAre("connect 2 b=8"));
  EXPECT_THAT(Event(2, Opened({{"b", 8}})), ElementsAre("opened"));
}

// The server sends it where the room's history is whole: see MembersRemoved in member.proto.
TEST_F(ChatSessionTest, WhatLayBetweenAnOldRemovalAndTheReturnIsHandedOn) {
  Open();
  Lost(1, absl::UnavailableError("gone"));
  AtNextDeadline();
  EXPECT_THAT(Event(2, Opened({{"a", 9, /*joined_seq=*/8}, {"b", 8}})), ElementsAre("opened"));
  EXPECT_THAT(Event(2, test_events::MembersRemoved("a", 6, {"alice"})), ElementsAre("a 6"));
  EXPECT_THAT(Event(2, Message("a", 7)), ElementsAre("a 7"));
  EXPECT_THAT(Event(2, Message("a", 8)), ElementsAre("a 8"));
  EXPECT_THAT(Event(2, Message("a", 9)), ElementsAre("a 9"));
  Lost(2, absl::UnavailableError("gone"));
  EXPECT_THAT(AtNextDeadline(), ElementsAre("connect 3 a=9 b=8"));
}

TEST_F(ChatSessionTest, SendsWaitForTheStream) {
  session_->Start(now_);
  ASSERT_TRUE(Send("hello").ok());
  EXPECT_THAT(Actions(), ElementsAre("connect 1"));
  EXPECT_THAT(Event(1, Opened({})), ElementsAre("opened", "write 1 hello"));
  EXPECT_THAT(Event(1, Sent("1", 9)), ElementsAre("answer 9"));
  EXPECT_THAT(Event(1, Sent("1", 9)), ElementsAre());
}

TEST_F(ChatSessionTest, UnansweredSendsAreSentAgain) {
  Open();
  ASSERT_TRUE(Send("first").ok());
  ASSERT_TRUE(Send("second").ok());
  EXPECT_THAT(Actions(), ElementsAre("write 1 first", "write 1 second"));
  EXPECT_THAT(Event(1, Sent("1", 6)), ElementsAre("answer 6"));
  Lost(1, absl::UnavailableError("gone"));
  AtNextDeadline();
  EXPECT_THAT(Event(2, Opened({{"a", 7}, {"b", 8}})), ElementsAre("opened", "write 2 second"));
}

TEST_F(ChatSessionTest, SendsThatFailForNowAreSentAgainOnTheSameStream) {
  Open();
  ASSERT_TRUE(Send("hello").ok());
  Actions();
  EXPECT_THAT(Event(1, Failed("1", absl::StatusCode::kUnavailable)), ElementsAre());
  EXPECT_THAT(AtNextDeadline(), ElementsAre("write 1 hello"));
  EXPECT_THAT(Event(1, Failed("1", absl::StatusCode::kNotFound)), ElementsAre("answer NOT_FOUND"));
}

TEST_F(ChatSessionTest, TypingIsBoundedAndNeedsAStream) {
  session_->Start(now_);
  Actions();
  session_->SetTyping("a", true);
  EXPECT_THAT(Actions(), ElementsAre());
  Event(1, Opened({{"a", 1}}));
  for (int i = 0; i < 100; ++i) session_->SetTyping("a", true);
  EXPECT_EQ(Actions().size(), 16u);
  v1::ServerEvent done;
  done.mutable_reply()->set_request_id("notice");
  done.mutable_reply()->mutable_done();
  Event(1, done);
  session_->SetTyping("a", false);
  EXPECT_THAT(Actions(), ElementsAre("write 1 typing"));
}

TEST_F(ChatSessionTest, AMarkIsRefusedWhereItCannotLeave) {
  session_->Start(now_);
  Actions();
  EXPECT_FALSE(session_->MarkRead("a", 7));
  EXPECT_THAT(Actions(), ElementsAre());
  Event(1, Opened({{"a", 7}}));
  EXPECT_TRUE(session_->MarkRead("a", 7));
  EXPECT_THAT(Actions(), ElementsAre("write 1 read 7"));
  for (int i = 0; i < 15; ++i) session_->SetTyping("a", true);
  EXPECT_FALSE(session_->MarkRead("a", 8));
}

TEST_F(ChatSessionTest, PresenceIsRenewedOnTheNextStream) {
  session_->WatchPresence({"alice"});
  session_->Start(now_);
  session_->WatchPresence({"bob"});  // while the stream is being opened
  EXPECT_THAT(Actions(), ElementsAre("connect 1 watch alice"));
  EXPECT_THAT(Event(1, Opened({})), ElementsAre("opened", "write 1 watch bob"));
  session_->SetPresence(v1::PRESENCE_STATUS_AWAY);
  session_->WatchPresence({"bob", "carol"});
  EXPECT_THAT(Actions(), ElementsAre("write 1 presence", "write 1 watch bob carol"));
  Lost(1, absl::UnavailableError("gone"));
  EXPECT_THAT(AtNextDeadline(), ElementsAre("connect 2 watch bob watch carol"));
  EXPECT_THAT(Event(2, Opened({})), ElementsAre("opened", "write 2 presence"));
}

TEST_F(ChatSessionTest, KindsThatAreNotKnownAreSkipped) {
  Open();
  EXPECT_THAT(Event(1, v1::ServerEvent()), ElementsAre());
  v1::ServerEvent of_unknown_kind;  // counts in the sequence
  of_unknown_kind.mutable_room_event()->set_room_id("a");
  of_unknown_kind.mutable_room_event()->set_seq(6);
  EXPECT_THAT(Event(1, of_unknown_kind), ElementsAre("a 6"));
}

class PermanentErrorTest : public ChatSessionTest,
                           public testing::WithParamInterface<absl::StatusCode> {};

TEST_P(PermanentErrorTest, EndsTheChat) {
  Open();
  ASSERT_TRUE(Send("hello").ok());
  Actions();
  const absl::Status status(GetParam(), "no");
  const std::string code = absl::StatusCodeToString(GetParam());
  EXPECT_THAT(Lost(1, status), ElementsAre("cancel 1", "answer " + code, "ended " + code));
  EXPECT_EQ(session_->NextDeadline(), SteadyTime::InfiniteFuture());
  EXPECT_EQ(Send("more"), status);
  session_->Close();
  EXPECT_THAT(Actions(), ElementsAre());
}

INSTANTIATE_TEST_SUITE_P(
    All, PermanentErrorTest,
    testing::Values(absl::StatusCode::kUnauthenticated, absl::StatusCode::kPermissionDenied,
                    absl::StatusCode::kNotFound, absl::StatusCode::kInvalidArgument,
                    absl::StatusCode::kFailedPrecondition, absl::StatusCode::kUnimplemented));

TEST_F(ChatSessionTest, CloseAnswersEverythingAndIsTheEnd) {
  Open();
  ASSERT_TRUE(Send("hello").ok());
  Actions();
  session_->Close();
  EXPECT_THAT(Actions(), ElementsAre("cancel 1", "answer CANCELLED", "ended OK"));
  EXPECT_EQ(Send("more").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Event(1, Message("a", 6)), ElementsAre());
  EXPECT_THAT(Lost(1, absl::CancelledError()), ElementsAre());
  session_->OnTimer(now_ + absl::Hours(1));
  EXPECT_THAT(Actions(), ElementsAre());
}

}  // namespace
}  // namespace chatter::client
