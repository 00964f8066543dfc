#include "client/stream/pending_sends.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "chatter/client/errors.h"
#include "client/stream/test_events.h"
#include "google/rpc/error_details.pb.h"

namespace chatter::client {
namespace {

using test_events::Failed;
using test_events::Sent;
using testing::ElementsAre;

constexpr SteadyTime kNow = SteadyTime();

class PendingSendsTest : public testing::Test {
 protected:
  static v1::SendMessage Message(const std::string& text) {
    v1::SendMessage message;
    message.set_room_id("room");
    message.set_client_message_id(absl::StrCat("id of ", text));
    message.set_text(text);
    return message;
  }

  // The texts of what is due now, in order.
  std::vector<std::string> TakeTexts(SteadyTime now) {
    std::vector<std::string> texts;
    while (const auto request = sends_.TakeDue(now)) texts.push_back(request->send().text());
    return texts;
  }

  std::optional<PendingSends::Answer> Reply(const v1::ServerEvent& event, SteadyTime now = kNow) {
    return sends_.OnReply(event.reply(), now);
  }

  PendingSends sends_{3, BackoffOptions(), [] { return 0.5; }};
};

TEST_F(PendingSendsTest, LeaveInOrderAndOnce) {
  ASSERT_TRUE(sends_.Add(Message("a")).ok());
  ASSERT_TRUE(sends_.Add(Message("b")).ok());
  EXPECT_THAT(TakeTexts(kNow), ElementsAre("a", "b"));
  EXPECT_THAT(TakeTexts(kNow), ElementsAre());
  EXPECT_EQ(sends_.NextDue(), SteadyTime::InfiniteFuture());
}

TEST_F(PendingSendsTest, DetailsAreSentAgainWithTheText) {
  v1::SendMessage message = Message("");
  message.mutable_details()->add_attachments()->set_url("https://files.example/a");
  ASSERT_TRUE(sends_.Add(message).ok());
  EXPECT_EQ(sends_.TakeDue(kNow)->send().ShortDebugString(), message.ShortDebugString());
  sends_.OnStreamOpened();
  EXPECT_EQ(sends_.TakeDue(kNow)->send().ShortDebugString(), message.ShortDebugString());
}

TEST_F(PendingSendsTest, DetailsThatWouldEndTheStreamAreRefused) {
  v1::SendMessage message = Message("a");
  message.mutable_details()->add_mentioned_user_ids("\xff");
  EXPECT_EQ(sends_.Add(message).status().code(), absl::StatusCode::kInvalidArgument);
  message.mutable_details()->set_mentioned_user_ids(0, std::string(100'000, 'x'));
  EXPECT_EQ(sends_.Add(message).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(PendingSendsTest, AnAnswerIsTheLastWord) {
  const auto id = sends_.Add(Message("a"));
  const auto request = sends_.TakeDue(kNow);
  const auto answer = Reply(Sent(request->request_id(), 7));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->id, *id);
  EXPECT_EQ(answer->result->seq(), 7u);
  EXPECT_FALSE(Reply(Sent(request->request_id(), 7)).has_value());
  sends_.OnStreamOpened();
  EXPECT_FALSE(sends_.TakeDue(kNow).has_value());
}

TEST_F(PendingSendsTest, ANewStreamGetsTheUnansweredAgainWithTheSameIds) {
  ASSERT_TRUE(sends_.Add(Message("a")).ok());
  ASSERT_TRUE(sends_.Add(Message("b")).ok());
  const auto first = sends_.TakeDue(kNow);
  ASSERT_TRUE(sends_.TakeDue(kNow).has_value());
  sends_.OnStreamOpened();
  const auto again = sends_.TakeDue(kNow);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  EXPECT_THAT(TakeTexts(kNow), ElementsAre("b"));
}

TEST_F(PendingSendsTest, WhatFailsForNowIsSentAgainAfterAWhile) {
  ASSERT_TRUE(sends_.Add(Message("a")).ok());
  const auto request = sends_.TakeDue(kNow);
  EXPECT_FALSE(Reply(Failed(request->request_id(), absl::StatusCode::kUnavailable)).has_value());
  EXPECT_FALSE(sends_.TakeDue(kNow).has_value());
  EXPECT_EQ(sends_.NextDue(), kNow + absl::Milliseconds(100));
  EXPECT_TRUE(sends_.TakeDue(sends_.NextDue()).has_value());
  // The next wait is longer.
  EXPECT_FALSE(
      Reply(Failed(request->request_id(), absl::StatusCode::kDeadlineExceeded)).has_value());
  EXPECT_EQ(sends_.NextDue(), kNow + absl::Milliseconds(200));
}

TEST_F(PendingSendsTest, RetryInfoIsHeeded) {
  ASSERT_TRUE(sends_.Add(Message("a")).ok());
  auto failed = Failed(sends_.TakeDue(kNow)->request_id(), absl::StatusCode::kResourceExhausted);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(30);
  failed.mutable_reply()->mutable_error()->add_details()->PackFrom(retry);
  EXPECT_FALSE(Reply(failed).has_value());
  EXPECT_EQ(sends_.NextDue(), kNow + absl::Seconds(30));
}

TEST_F(PendingSendsTest, WhatFailsForGoodIsAnswered) {
  ASSERT_TRUE(sends_.Add(Message("a")).ok());
  const auto request = sends_.TakeDue(kNow);
  const auto answer = Reply(Failed(request->request_id(), absl::StatusCode::kNotFound));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->result.status(), absl::NotFoundError("it failed"));
}

TEST_F(PendingSendsTest, AnAnswerFromEarlierEndsTheWait) {
  ASSERT_TRUE(sends_.Add(Message("a")).ok());
  const auto request = sends_.TakeDue(kNow);
  Reply(Failed(request->request_id(), absl::StatusCode::kUnavailable));
  EXPECT_TRUE(Reply(Sent(request->request_id(), 1)).has_value());
  EXPECT_EQ(sends_.NextDue(), SteadyTime::InfiniteFuture());
}

TEST_F(PendingSendsTest, RepliesToOthersAreNotTaken) {
  ASSERT_TRUE(sends_.Add(Message("a")).ok());
  EXPECT_FALSE(Reply(Sent("typing", 1)).has_value());
  EXPECT_FALSE(Reply(Sent("4711", 1)).has_value());
  EXPECT_FALSE(Reply(Sent("", 1)).has_value());
}

TEST_F(PendingSendsTest, AReplyWithoutResultIsAnError) {
  ASSERT_TRUE(sends_.Add(Message("a")).ok());
  v1::ServerEvent event;
  event.mutable_reply()->set_request_id(sends_.TakeDue(kNow)->request_id());
  const auto answer = Reply(event);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->result.status().code(), absl::StatusCode::kInternal);
}

TEST_F(PendingSendsTest, TheNumberIsBounded) {
  for (const char* text : {"a", "b", "c"}) ASSERT_TRUE(sends_.Add(Message(text)).ok());
  EXPECT_EQ(sends_.Add(Message("d")).status().code(), absl::StatusCode::kResourceExhausted);
  Reply(Sent(sends_.TakeDue(kNow)->request_id(), 1));
  EXPECT_TRUE(sends_.Add(Message("d")).ok());
}

TEST_F(PendingSendsTest, RefusesWhatWouldEndTheStream) {
  const auto code = [this](const std::string& text) {
    return sends_.Add(Message(text)).status().code();
  };
  EXPECT_EQ(code(""), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code("\xFF"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(std::string("a\0b", 3)), absl::StatusCode::kInvalidArgument);
  v1::SendMessage message = Message("a");
  message.set_text(std::string(16'385, 'x'));
  EXPECT_FALSE(sends_.Add(message).ok());
  message.set_text(std::string(16'384, 'x'));
  EXPECT_TRUE(sends_.Add(message).ok());
  message.set_room_id("");
  EXPECT_FALSE(sends_.Add(message).ok());
  message.set_room_id("room");
  message.set_client_message_id(std::string(65, 'x'));
  EXPECT_FALSE(sends_.Add(message).ok());
}

TEST_F(PendingSendsTest, TakeAllLeavesNothing) {
  const auto a = sends_.Add(Message("a"));
  const auto b = sends_.Add(Message("b"));
  ASSERT_TRUE(sends_.TakeDue(kNow).has_value());
  EXPECT_THAT(sends_.TakeAll(), ElementsAre(*a, *b));
  sends_.OnStreamOpened();
  EXPECT_FALSE(sends_.TakeDue(kNow).has_value());
}

}  // namespace
}  // namespace chatter::client
