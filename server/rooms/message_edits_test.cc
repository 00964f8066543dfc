#include "server/rooms/message_edits.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/model/limits.h"

namespace chatter::rooms {
namespace {

using store::Actor;
using store::MessageContent;

constexpr const char* kSent =
    "thread_seq: 2 attachments { url: 'https://a' } attributes { key: 'a' }";

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

v1::MessageDetails Details(const std::string& text) { return Parse<v1::MessageDetails>(text); }

MessageEdit Parsed(const std::string& request) {
  FieldViolations violations;
  MessageEdit edit = ParseEdit(Parse<v1::EditMessageRequest>("seq: 7 " + request), violations);
  EXPECT_TRUE(violations.empty()) << request << violations.ToStatus();
  return edit;
}

bool IsRefused(const std::string& request) {
  FieldViolations violations;
  ParseEdit(Parse<v1::EditMessageRequest>(request), violations);
  return !violations.empty();
}

// What the message 7 holds since edit 9, which is bob's.
MessageContent Content() {
  return {.edit_seq = 9, .editor_id = "bob", .text = "text", .sent_details = Details(kSent)};
}

const Actor kBob{.asker = Asker::User("bob")};

// The event, as text; empty: none.
std::string Decided(const std::string& request, const MessageContent& content = Content(),
                    const Actor& actor = kBob) {
  const auto edited = DecideEdit(Parsed(request), content, actor);
  if (!edited.ok()) return std::string(v1::ErrorReason_Name(ReasonOf(edited.status())));
  return edited->has_value() ? (*edited)->ShortDebugString() : "";
}

std::string Event(const std::string& text) {
  return Parse<v1::MessageEdited>("seq: 7 " + text).ShortDebugString();
}

TEST(MessageEdits, WithoutAMaskTheTextIsReplaced) {
  const MessageEdit edit = Parsed("text: 'a' attachments { url: 'https://b' }");
  EXPECT_EQ(edit.text, "a");
  EXPECT_FALSE(edit.attachments.has_value());
  EXPECT_FALSE(edit.attributes.has_value());
  EXPECT_EQ(Decided("text: 'new'"), Event("text: 'new'"));
}

TEST(MessageEdits, TheMaskSaysWhatIsReplaced) {
  EXPECT_EQ(Decided("text: 'not named' update_mask { paths: 'attachments' } "
                    "attachments { url: 'https://b' name: 'b' }"),
            Event("text: 'text' details { thread_seq: 2 attachments { url: 'https://b' name: 'b' } "
                  "attributes { key: 'a' } }"));
  EXPECT_EQ(Decided("update_mask { paths: 'attributes' }"),
            Event("text: 'text' details { thread_seq: 2 attachments { url: 'https://a' } }"));
  EXPECT_EQ(Decided("text: 'new' update_mask { paths: 'text' paths: 'attachments' }"),
            Event("text: 'new' details { thread_seq: 2 attributes { key: 'a' } }"));
  EXPECT_EQ(Decided("text: 'new' update_mask { paths: '*' }"),
            Event("text: 'new' details { thread_seq: 2 }"));
  EXPECT_TRUE(IsRefused("update_mask { paths: 'details' }"));
  EXPECT_TRUE(IsRefused("update_mask { paths: 'text' paths: 'thread_seq' }"));
}

TEST(MessageEdits, TheBoundsAreThoseOfSending) {
  std::string attachments = "update_mask { paths: 'attachments' } ";
  for (int i = 0; i < limits::kAttachments; ++i) attachments += "attachments { url: 'https://a' } ";
  EXPECT_FALSE(IsRefused(attachments));
  EXPECT_TRUE(IsRefused(attachments + "attachments { url: 'https://a' }"));
  EXPECT_TRUE(IsRefused("update_mask { paths: 'attachments' } attachments { url: 'ftp://a' }"));
  std::string attributes = "update_mask { paths: 'attributes' } ";
  for (int i = 0; i < limits::kAttributeEntries; ++i) {
    absl::StrAppend(&attributes, "attributes { key: 'k", i, "' } ");
  }
  EXPECT_FALSE(IsRefused(attributes));
  EXPECT_TRUE(IsRefused(attributes + "attributes { key: 'more' }"));
  EXPECT_TRUE(IsRefused("update_mask { paths: 'attributes' } attributes { key: 'a b' }"));
  EXPECT_TRUE(IsRefused("text: ' '"));
  EXPECT_TRUE(IsRefused(absl::StrCat("text: '", std::string(limits::kTextBytes + 1, 'a'), "'")));
}

TEST(MessageEdits, SomethingIsLeftToBeSeen) {
  EXPECT_EQ(Decided("text: ''"), Event("")) << "an attachment is left";
  EXPECT_EQ(Decided("update_mask { paths: '*' }"), "ERROR_REASON_INVALID_FIELD");
  EXPECT_EQ(Decided("update_mask { paths: 'text' paths: 'attachments' }"),
            "ERROR_REASON_INVALID_FIELD");
  MessageContent content = Content();
  content.text.clear();
  EXPECT_EQ(Decided("update_mask { paths: 'attachments' }", content), "ERROR_REASON_INVALID_FIELD");
  content = Content();
  content.sent_details.Clear();
  EXPECT_EQ(Decided("text: ''", content), "ERROR_REASON_INVALID_FIELD");
}

TEST(MessageEdits, WhatIsSoAlreadyIsNoEdit) {
  EXPECT_EQ(Decided("text: 'text'"), "");
  EXPECT_EQ(Decided("text: 'text' expected_edit_seq: 9"), "");
  EXPECT_EQ(Decided("update_mask { paths: 'attachments' paths: 'attributes' } "
                    "attachments { url: 'https://a' } attributes { key: 'a' }"),
            "");
}

TEST(MessageEdits, LaterOnesSayAgainWhatAnEditHasChanged) {
  MessageContent content = Content();
  content.edited_details = Details("attributes { key: 'edited' }");
  EXPECT_EQ(Decided("text: 'new'", content),
            Event("text: 'new' details { attributes { key: 'edited' } }"));
  content.edited_details = content.sent_details;
  EXPECT_EQ(Decided("text: 'new'", content),
            Event(absl::StrCat("text: 'new' details { ", kSent, "}")));
}

TEST(MessageEdits, ALateRetryUndoesNobodysEdit) {
  constexpr auto kChanged = "ERROR_REASON_MESSAGE_CHANGED";
  EXPECT_EQ(Decided("text: 'new' expected_edit_seq: 9"), Event("text: 'new'"));
  for (const char* other : {"7", "8", "10"}) {
    EXPECT_EQ(Decided(absl::StrCat("text: 'new' expected_edit_seq: ", other)), kChanged);
  }
  // Bob's own edit, of what the message was, has come through.
  const std::string retry = "text: 'text' expected_edit_seq: 7";
  EXPECT_EQ(Decided(retry), "");
  EXPECT_EQ(Decided("text: 'text' expected_edit_seq: 10"), kChanged) << "it isn't of that";
  // Somebody else wants the same.
  EXPECT_EQ(Decided(retry, Content(), {.asker = Asker::User("alice")}), kChanged);
  EXPECT_EQ(Decided(retry, Content(), {.asker = Asker::User("bob"), .service = "bot"}), kChanged);
  EXPECT_EQ(Decided(retry, Content(), {.asker = Asker::Service(), .service = "bot"}), kChanged);
  // Services edit for themselves, too.
  MessageContent content = Content();
  content.editor_id.clear();
  content.service = "bot";
  EXPECT_EQ(Decided(retry, content, {.asker = Asker::Service(), .service = "bot"}), "");
  EXPECT_EQ(Decided(retry, content, {.asker = Asker::Service(), .service = "other"}), kChanged);
  // It has the same text, but not the same attributes.
  EXPECT_EQ(Decided("text: 'text' update_mask { paths: '*' } expected_edit_seq: 7"), kChanged);
}

}  // namespace
}  // namespace chatter::rooms
