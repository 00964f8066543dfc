#include "server/rooms/message_details.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"

namespace chatter::rooms {
namespace {

using testing::ElementsAre;

v1::MessageDetails Parse(const std::string& text) {
  v1::MessageDetails details;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &details)) << text;
  return details;
}

store::NewMessage NewMessage(const std::string& text = "") {
  return {.room = {{*SchemaName::Parse("acme")}, RoomId::Generate(0)},
          .sender_id = "alice",
          .client_message_id = "1",
          .text = text};
}

TEST(MessageDetailsTest, TheSameDetailsAreTheSameBytes) {
  v1::MessageDetails ascending;
  v1::MessageDetails descending;
  for (int i = 0; i < 32; ++i) {
    (*ascending.mutable_attributes())[absl::StrCat("key", i)] = "value";
    (*descending.mutable_attributes())[absl::StrCat("key", 31 - i)] = "value";
  }
  store::NewMessage one = NewMessage();
  store::NewMessage other = NewMessage();
  SetDetails(ascending, one);
  SetDetails(descending, other);
  EXPECT_EQ(one.details, other.details);
  EXPECT_FALSE(one.details.empty());
}

TEST(MessageDetailsTest, TheWriterIsToldWhatItHasToKeepApart) {
  store::NewMessage message = NewMessage();
  SetDetails(Parse("thread_seq: 7 mentioned_user_ids: ['bob', 'carol'] mentions_everyone: true"),
             message);
  EXPECT_EQ(message.thread_seq, 7u);
  EXPECT_THAT(message.mentions, ElementsAre("bob", "carol", ""));
}

TEST(MessageDetailsTest, OnlyTheServerKnowsWhoIsForwarded) {
  const v1::MessageDetails taken = TakeDetails(Parse(
      "forwarded_from { room_id: 'r' seq: 3 sender_id: 'forged' created_at { seconds: 1 } }"));
  EXPECT_EQ(taken.ShortDebugString(),
            Parse("forwarded_from { room_id: 'r' seq: 3 }").ShortDebugString());
}

TEST(MessageDetailsTest, ARetryOfAForwardGetsTheContentThatItGotThen) {
  const store::References::Prior prior{
      .text = "then",
      .details = Parse("attachments { url: 'https://a' } "
                       "forwarded_from { room_id: 'r' seq: 3 sender_id: 'bob' }")};
  store::NewMessage message = NewMessage();
  v1::MessageDetails details = Parse("forwarded_from { room_id: 'r' seq: 3 }");
  ResolveAsBefore(prior, message, details);
  EXPECT_EQ(message.text, "then");
  EXPECT_EQ(details.ShortDebugString(), prior.details.ShortDebugString());

  v1::MessageDetails of_another = Parse("forwarded_from { room_id: 'r' seq: 4 }");
  message = NewMessage();
  ResolveAsBefore(prior, message, of_another);
  EXPECT_EQ(message.text, "");
  EXPECT_EQ(of_another.ShortDebugString(), "forwarded_from { room_id: \"r\" seq: 4 }");
}

}  // namespace
}  // namespace chatter::rooms
