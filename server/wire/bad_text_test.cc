#include "server/wire/bad_text.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "chatter/v1/chat.pb.h"
#include "chatter/v1/user.pb.h"
#include "server/base/text.h"
#include "server/model/errors.h"

namespace chatter::wire {
namespace {

using google::protobuf::LogSilencer;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kCut[] = "Party \xf0\x9f\x8e";  // within an emoji

// `value` as a field of that number, below 16.
std::string Field(int number, const std::string& value) {
  return static_cast<char>(number << 3 | 2) + std::string(1, static_cast<char>(value.size())) +
         value;
}

// With text in all the ways there are; of each, bytes that stand nowhere else.
v1::ChatRequest FullRequest() {
  v1::ChatRequest request;
  request.set_request_id("<id>");
  request.mutable_send()->set_room_id("<room>");
  request.mutable_send()->set_text("<text>");
  v1::MessageDetails& details = *request.mutable_send()->mutable_details();
  details.set_reply_to_seq(1'000'000);
  details.add_mentioned_user_ids("<user 0>");
  details.add_mentioned_user_ids("<user 1>");
  details.add_attachments()->set_url("<url 0>");
  details.add_attachments()->set_name("<name 1>");
  (*details.mutable_attributes())["<key>"] = "<value>";
  return request;
}

// `bytes` with `text` made one that isn't UTF-8.
std::string Spoil(std::string bytes, const std::string& text) {
  bytes[bytes.find(text)] = '\xff';
  return bytes;
}

template <typename Request = v1::ChatRequest>
std::vector<std::string> BadTexts(std::string bytes) {
  std::vector<std::string> paths;
  ReplaceBadText(*Request::descriptor(), bytes,
                 [&](std::string_view path) { paths.emplace_back(path); });
  return paths;
}

template <typename Request = v1::ChatRequest>
v1::ErrorReason ReasonFor(const std::string& bytes, std::string_view needed = {}) {
  Request request;
  return ReasonOf(UnreadableError(bytes, request, needed));
}

TEST(BadText, IsNamedByItsPath) {
  const std::string good = FullRequest().SerializeAsString();
  EXPECT_THAT(BadTexts(good), IsEmpty());
  for (const auto& [text, path] : {
           std::pair("<id>", "request_id"),
           std::pair("<room>", "send.room_id"),
           std::pair("<text>", "send.text"),
           std::pair("<user 0>", "send.details.mentioned_user_ids[0]"),
           std::pair("<user 1>", "send.details.mentioned_user_ids[1]"),
           std::pair("<url 0>", "send.details.attachments[0].url"),
           std::pair("<name 1>", "send.details.attachments[1].name"),
           std::pair("<key>", "send.details.attributes"),
           std::pair("<value>", "send.details.attributes[\"<key>\"]"),
       }) {
    const LogSilencer silence;
    const std::string bad = Spoil(good, text);
    EXPECT_FALSE(v1::ChatRequest().ParseFromString(bad)) << path;
    EXPECT_THAT(BadTexts(bad), ElementsAre(path));
    EXPECT_EQ(ReasonFor(bad), v1::ERROR_REASON_INVALID_FIELD) << path;
  }
}

TEST(BadText, IsReplacedAndTheRestIsRead) {
  v1::ChatRequest request;
  const std::string bytes = Spoil(FullRequest().SerializeAsString(), "<text>");
  EXPECT_EQ(ReasonOf(UnreadableError(bytes, request)), v1::ERROR_REASON_INVALID_FIELD);
  v1::ChatRequest expected = FullRequest();
  expected.mutable_send()->set_text("??????");
  EXPECT_EQ(request.SerializeAsString(), expected.SerializeAsString());
}

TEST(BadText, IsNamedWhereverItStands) {
  const std::string good = FullRequest().SerializeAsString();
  EXPECT_THAT(BadTexts(Spoil(Spoil(good, "<text>"), "<url 0>")),
              ElementsAre("send.text", "send.details.attachments[0].url"));
}

// Whichever member of a oneof comes last counts; Protobuf refuses the others, too.
TEST(BadText, IsNamedInEachMemberOfAOneof) {
  const std::string bytes = Field(3, Field(3, kCut)) + Field(4, Field(1, "room"));
  EXPECT_THAT(BadTexts(bytes), ElementsAre("send.text"));
  EXPECT_EQ(ReasonFor(bytes), v1::ERROR_REASON_INVALID_FIELD);
}

TEST(BadText, OfAMapIsNamedByTheMapWhereTheKeyDoesNotDo) {
  const std::string key = Field(1, "key");
  const std::string value = Field(2, kCut);
  for (const auto& [entry, path] : {
           std::pair(key + value, "send.details.attributes[\"key\"]"),
           std::pair(value + key, "send.details.attributes"),
           std::pair(value, "send.details.attributes"),
           std::pair(Field(1, "line\nbreak") + value, "send.details.attributes"),
           std::pair(Field(1, std::string(65, 'k')) + value, "send.details.attributes"),
       }) {
    EXPECT_THAT(BadTexts(Field(3, Field(4, Field(6, entry)))), ElementsAre(path));
  }
  EXPECT_THAT(BadTexts(Field(3, Field(4, Field(6, Field(1, kCut) + value)))),
              ElementsAre("send.details.attributes", "send.details.attributes"));
}

TEST(BadText, OfUnknownFieldsAndOfOtherTypesIsNone) {
  EXPECT_THAT(BadTexts(Field(15, kCut) + Field(1, "id")), IsEmpty());
  EXPECT_THAT(BadTexts("\x08\x05" + Field(3, Field(3, kCut))), ElementsAre("send.text"))
      << "a number where request_id belongs is an unknown field";
  EXPECT_THAT(BadTexts("\x7b\x08\x05\x7c" + Field(3, Field(3, kCut))), ElementsAre("send.text"))
      << "an unknown group";
}

TEST(BadText, IsNoExcuseForAnythingElse) {
  const std::string bad = Field(1, "id") + Field(3, Field(3, kCut));
  EXPECT_EQ(ReasonFor(bad), v1::ERROR_REASON_INVALID_FIELD);
  const LogSilencer silence;
  for (const std::string& tail : {
           std::string("\x0a\x7fshort"),             // longer than what is left
           std::string("\x1a\x02\x1a\x05"),          // longer than the message that it stands in
           std::string("\x0a"),                      // without its length
           std::string("\x0a\xff\xff\xff\xff\x0f"),  // a negative length
           std::string("\x03"),                      // a group without an end
           std::string("\x04"),                      // the end of a group without one
           std::string("\x00", 1),                   // the field 0
           std::string("\x0f"),                      // a wire type that there isn't
       }) {
    EXPECT_EQ(ReasonFor(bad + tail), v1::ERROR_REASON_MALFORMED_REQUEST)
        << testing::PrintToString(tail);
    EXPECT_EQ(ReasonFor(tail + bad), v1::ERROR_REASON_MALFORMED_REQUEST)
        << testing::PrintToString(tail);
  }
}

TEST(BadText, OfWhatIsNeededLeavesNoAnswer) {
  const std::string bytes = Field(1, kCut) + Field(3, Field(3, kCut));
  EXPECT_EQ(ReasonFor(bytes, "request_id"), v1::ERROR_REASON_MALFORMED_REQUEST);
  EXPECT_EQ(ReasonFor(bytes, "send"), v1::ERROR_REASON_INVALID_FIELD);
  v1::ChatRequest request;
  EXPECT_EQ(
      UnreadableError(bytes, request, "request_id").message(),
      "The request_id of a chatter.v1.ChatRequest isn't UTF-8 text, so it can't be answered.");
}

TEST(BadText, NeedsNoRequestToBeTold) {
  const std::string bytes = Field(1, Field(1, "alice")) + Field(1, Field(2, kCut));
  const absl::Status error = UnreadableError(bytes, *v1::UpsertUsersRequest::descriptor());
  EXPECT_EQ(ReasonOf(error), v1::ERROR_REASON_INVALID_FIELD);
  EXPECT_THAT(BadTexts<v1::UpsertUsersRequest>(bytes), ElementsAre("users[1].display_name"));
}

google::protobuf::Value Nested(int depth) {
  google::protobuf::Value value;
  google::protobuf::Value* inner = &value;
  for (int i = 1; i < depth; ++i) inner = inner->mutable_list_value()->add_values();
  inner->set_string_value("<text>");
  return value;
}

// Two messages for each: a value and its list.
TEST(BadText, IsLookedForNoDeeperThanProtobufReads) {
  using google::protobuf::Value;
  const LogSilencer silence;
  const std::string deepest = Spoil(Nested(50).SerializeAsString(), "<text>");
  EXPECT_EQ(ReasonFor<Value>(deepest), v1::ERROR_REASON_INVALID_FIELD);
  const std::string too_deep = Spoil(Nested(52).SerializeAsString(), "<text>");
  EXPECT_THAT(BadTexts<Value>(too_deep), IsEmpty());
  EXPECT_EQ(ReasonFor<Value>(too_deep), v1::ERROR_REASON_MALFORMED_REQUEST);
}

// Where text is all that was changed, Protobuf and this find the same; and whatever else was
// changed, what is taken for bad text alone can be read without it.
TEST(BadText, IsWhatProtobufRefuses) {
  const LogSilencer silence;
  std::mt19937 random(1);
  const auto below = [&random](size_t bound) {
    return std::uniform_int_distribution<size_t>(0, bound - 1)(random);
  };
  for (int i = 0; i < 20'000; ++i) {
    std::string text(1 + below(6), ' ');
    for (char& c : text) c = static_cast<char>(below(2) == 0 ? below(256) : 0xe0 + below(32));
    EXPECT_EQ(v1::ChatRequest().ParseFromString(Field(1, text)), IsUtf8(text));
    EXPECT_EQ(BadTexts(Field(1, text)).empty(), IsUtf8(text));
  }
  const std::string good = FullRequest().SerializeAsString();
  int readable = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = good;
    for (size_t changes = below(4); changes > 0; --changes) {
      bytes[below(bytes.size())] = static_cast<char>(below(256));
    }
    if (below(4) == 0) bytes.resize(below(bytes.size()));
    v1::ChatRequest request;
    if (request.ParseFromString(bytes)) {
      EXPECT_THAT(BadTexts(bytes), IsEmpty());
    } else if (ReasonFor(bytes) == v1::ERROR_REASON_INVALID_FIELD) {
      ++readable;
      EXPECT_FALSE(BadTexts(bytes).empty());
    }
  }
  EXPECT_GT(readable, 1'000);
}

}  // namespace
}  // namespace chatter::wire
