#include "client/cli/output.h"

#include <gmock/gmock.h>

#include "google/protobuf/text_format.h"

namespace chatter::client::cli {
namespace {

using testing::EndsWith;

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

TEST(OutputTest, AMessageShowsWhatHasBecomeOfIt) {
  const auto text = [](const std::string& message) {
    return MessageText(Parse<v1::Message>("sender_id: 'bob' " + message));
  };
  EXPECT_EQ(text("text: 'Hello'"), "bob: Hello");
  EXPECT_EQ(text("text: 'Hello' edited_at { seconds: 1 }"), "bob: Hello (edited)");
  EXPECT_EQ(text("text: 'Hello' edited_at { seconds: 1 } edited_by: 'bob'"), "bob: Hello (edited)");
  EXPECT_EQ(text("text: 'Hello' edited_at { seconds: 1 } edited_by: 'alice'"),
            "bob: Hello (edited by alice)");
  EXPECT_EQ(text("deleted: true edited_by: 'alice' edited_at { seconds: 1 }"), "bob: (deleted)");
  EXPECT_EQ(text("text: 'Hello' pinned: true edited_at { seconds: 1 } "
                 "reactions { reaction: 'ok' count: 2 } reactions { reaction: '+1' count: 1 }"),
            "bob: Hello (edited) (pinned) [ok 2, +1 1]");
}

TEST(OutputTest, AMessageShowsWhatItHasBesideItsText) {
  const auto text = [](const std::string& message) {
    return MessageText(Parse<v1::Message>("sender_id: 'bob' " + message));
  };
  EXPECT_EQ(text("text: 'Yes' details { reply_to_seq: 4 thread_seq: 2 mentioned_user_ids: 'alice' "
                 "mentions_everyone: true }"),
            "bob: Yes (reply to 4) (in thread 2) (mentions alice, everyone)");
  EXPECT_EQ(text("details { attachments { url: 'https://a/b' } "
                 "attachments { url: 'https://a/c' name: 'plan.pdf' } }"),
            "bob: (with https://a/b, plan.pdf)");
  EXPECT_EQ(text("text: 'Hi' details { forwarded_from { sender_id: 'carol' } } pinned: true "
                 "thread { reply_count: 2 last_reply_seq: 9 }"),
            "bob: Hi (forwarded from carol) (pinned) (replies: 2)");
  EXPECT_EQ(EventText(Parse<v1::RoomEvent>(
                "actor_id: 'bob' message_sent { text: 'Hi' details { thread_seq: 2 } }")),
            "bob: Hi (in thread 2)");
}

TEST(OutputTest, DetailsDoNotReachTheTerminalUnchecked) {
  EXPECT_THAT(FormatMessage(Parse<v1::Message>(
                  "details { mentioned_user_ids: '\033[2J' attachments { name: '\033[3J' } "
                  "forwarded_from { sender_id: '\033[4J' } }")),
              EndsWith("(forwarded from ␛[4J) (mentions ␛[2J) (with ␛[3J)"));
}

TEST(OutputTest, ReactionsDoNotReachTheTerminalUnchecked) {
  EXPECT_THAT(
      FormatMessage(Parse<v1::Message>("text: 'x' reactions { reaction: '\\033[2J' count: 1 }")),
      EndsWith("x [␛[2J 1]"));
}

TEST(OutputTest, AnEventWhoseTextIsDeletedSinceSaysSo) {
  EXPECT_EQ(EventText(Parse<v1::RoomEvent>("actor_id: 'bob' message_sent { deleted: true }")),
            "bob: (deleted)");
  EXPECT_EQ(EventText(Parse<v1::RoomEvent>("actor_id: 'bob' message_sent {}")), "bob: (erased)");
  EXPECT_EQ(EventText(Parse<v1::RoomEvent>("actor_id: 'bob' message_edited { seq: 3 }")),
            "* bob edited 3: (erased)");
  EXPECT_EQ(EventText(Parse<v1::RoomEvent>("actor_id: 'bob' message_edited { seq: 3 details { "
                                           "attachments { name: 'plan.pdf' } } }")),
            "* bob edited 3: (with plan.pdf)");
}

}  // namespace
}  // namespace chatter::client::cli
