#include "server/rooms/message_rules.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "server/model/errors.h"

namespace chatter::rooms {
namespace {

using store::MessageState;
using enum MessageAction;

constexpr auto kDone = v1::ERROR_REASON_UNSPECIFIED;
constexpr auto kRefused = v1::ERROR_REASON_ROLE_NOT_ALLOWED;
constexpr auto kHidden = v1::ERROR_REASON_ROOM_NOT_FOUND;
constexpr auto kTooLate = v1::ERROR_REASON_REWRITE_WINDOW_OVER;

// A message of bob's.
MessageState Message(RoomKind kind) {
  return {.kind = kind, .actor_role = MemberRole::kMember, .sender_id = "bob"};
}

const Asker kAlice = Asker::User("alice");
const Asker kBob = Asker::User("bob");

v1::ErrorReason OutcomeFor(MessageState message, const Asker& asker, std::optional<MemberRole> role,
                           MessageAction action) {
  message.actor_role = role;
  return ReasonOf(CheckMessageAction(message, asker, action));
}

// Who may do what: the table that message.proto promises. One column for each of owner, moderator,
// member, reader, no member, service, all of them but the sender; and for the sender as owner,
// moderator, member and reader.
struct Row {
  const char* what;
  RoomKind kind;
  MessageAction action;
  bool rewrite_window_over;
  std::array<v1::ErrorReason, 10> outcomes;
};

const Row kTable[] = {
    {"rewrite",
     RoomKind::kGroup,
     kRewrite,
     false,
     {kDone, kDone, kRefused, kRefused, kHidden, kDone, kDone, kDone, kDone, kRefused}},
    {"rewrite too late",
     RoomKind::kGroup,
     kRewrite,
     true,
     {kDone, kDone, kRefused, kRefused, kHidden, kDone, kDone, kDone, kTooLate, kRefused}},
    {"rewrite too late in a public room",
     RoomKind::kPublic,
     kRewrite,
     true,
     {kDone, kDone, kRefused, kRefused, kHidden, kDone, kDone, kDone, kTooLate, kRefused}},
    {"react late",
     RoomKind::kGroup,
     kReact,
     true,
     {kDone, kDone, kDone, kRefused, kHidden, kDone, kDone, kDone, kDone, kRefused}},
    {"pin late",
     RoomKind::kGroup,
     kPin,
     true,
     {kDone, kDone, kRefused, kRefused, kHidden, kDone, kDone, kDone, kRefused, kRefused}},
};

TEST(MessageRules, RolesDecide) {
  using enum MemberRole;
  for (const Row& row : kTable) {
    SCOPED_TRACE(row.what);
    MessageState message = Message(row.kind);
    message.rewrite_window_over = row.rewrite_window_over;
    size_t column = 0;
    for (const auto role : {kOwner, kModerator, kMember, kReader}) {
      EXPECT_EQ(OutcomeFor(message, kAlice, role, row.action), row.outcomes[column++]);
    }
    EXPECT_EQ(OutcomeFor(message, kAlice, std::nullopt, row.action), row.outcomes[column++]);
    EXPECT_EQ(OutcomeFor(message, Asker::Service(), std::nullopt, row.action),
              row.outcomes[column++]);
    for (const auto role : {kOwner, kModerator, kMember, kReader}) {
      EXPECT_EQ(OutcomeFor(message, kBob, role, row.action), row.outcomes[column++]);
    }
  }
}

// All own a direct room.
TEST(MessageRules, InADirectRoomTheWindowBindsTheSenderAndNobodyElseRewrites) {
  MessageState message = Message(RoomKind::kDirect);
  EXPECT_EQ(OutcomeFor(message, kBob, MemberRole::kOwner, kRewrite), kDone);
  message.rewrite_window_over = true;
  EXPECT_EQ(OutcomeFor(message, kBob, MemberRole::kOwner, kRewrite), kTooLate);
  EXPECT_EQ(OutcomeFor(message, kAlice, MemberRole::kOwner, kRewrite), kRefused);
  EXPECT_EQ(OutcomeFor(message, Asker::Service(), std::nullopt, kRewrite), kDone);
}

TEST(MessageRules, WhatIsDeletedMayBeDeletedAgainHoweverLate) {
  MessageState message = Message(RoomKind::kGroup);
  message.deleted = true;
  message.rewrite_window_over = true;
  EXPECT_EQ(OutcomeFor(message, kBob, MemberRole::kMember, kRewrite), kDone);
}

TEST(MessageRules, WhatIsArchivedOrMissingSaysSoFirst) {
  MessageState message = Message(RoomKind::kGroup);
  message.rewrite_window_over = true;
  message.archived = true;
  EXPECT_EQ(OutcomeFor(message, kBob, MemberRole::kMember, kRewrite),
            v1::ERROR_REASON_ROOM_ARCHIVED);
  message.sender_id.reset();
  EXPECT_EQ(OutcomeFor(message, kBob, MemberRole::kMember, kRewrite),
            v1::ERROR_REASON_MESSAGE_NOT_FOUND);
}

}  // namespace
}  // namespace chatter::rooms
