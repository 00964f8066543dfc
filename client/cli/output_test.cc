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
  EXPECT_EQ(text("deleted: true edited_at { seconds: 1 }"), "bob: (deleted)");
  EXPECT_EQ(text("text: 'Hello' pinned: true edited_at { seconds: 1 } "
                 "reactions { reaction: 'ok' count: 2 } reactions { reaction: '+1' count: 1 }"),
            "bob: Hello (edited) (pinned) [ok 2, +1 1]");
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
}

}  // namespace
}  // namespace chatter::client::cli
