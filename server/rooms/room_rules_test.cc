#include "server/rooms/room_rules.h"

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/model/errors.h"
#include "server/model/limits.h"

namespace chatter::rooms {
namespace {

using store::RoomChange;
using store::RoomState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using enum MemberRole;

// A room of these, and more owners if said so. "asker" asks.
RoomState Room(std::optional<MemberRole> asker, const std::map<std::string, MemberRole>& named,
               bool other_owner = true) {
  RoomState room;
  room.settings.kind = RoomKind::kGroup;
  room.actor_role = asker;
  for (const auto& [user_id, role] : named) {
    room.named.push_back({.room_id = {}, .user_id = user_id, .role = role});
  }
  room.member_count = 10;
  room.other_owner = other_owner;
  return room;
}

v1::ErrorReason Outcome(const ChangeOrError& change) {
  return change.ok() ? v1::ERROR_REASON_UNSPECIFIED : ReasonOf(change.status());
}

const Asker kAsker = Asker::User("asker");
constexpr auto kDone = v1::ERROR_REASON_UNSPECIFIED;
constexpr auto kRefused = v1::ERROR_REASON_ROLE_NOT_ALLOWED;
constexpr auto kHidden = v1::ERROR_REASON_ROOM_NOT_FOUND;

// Who may do what: the table that member.proto and room.proto promise. One column for each of
// owner, moderator, member, reader, no member, service.
struct Row {
  const char* what;
  std::function<ChangeOrError(const RoomState&, const Asker&)> rule;
  std::map<std::string, MemberRole> named;
  std::array<v1::ErrorReason, 6> outcomes;
};

ChangeOrError AddAs(const RoomState& room, const Asker& asker, MemberRole role) {
  return AddMembers(room, asker, {.user_ids = {"new"}, .role = role});
}

RoomUpdate Rename() {
  RoomUpdate update;
  update.name = "a name";
  return update;
}

RoomUpdate MakePublic() {
  RoomUpdate update = Rename();
  update.kind = RoomKind::kPublic;
  return update;
}

RoomUpdate HideHistory() {
  RoomUpdate update;
  update.history = v1::HISTORY_VISIBILITY_SINCE_JOINED;
  return update;
}

const Row kTable[] = {
    {"add a member",
     [](const RoomState& room, const Asker& asker) { return AddAs(room, asker, kMember); },
     {},
     {kDone, kDone, kRefused, kRefused, kHidden, kDone}},
    {"add a reader",
     [](const RoomState& room, const Asker& asker) { return AddAs(room, asker, kReader); },
     {},
     {kDone, kDone, kRefused, kRefused, kHidden, kDone}},
    {"add a moderator",
     [](const RoomState& room, const Asker& asker) { return AddAs(room, asker, kModerator); },
     {},
     {kDone, kRefused, kRefused, kRefused, kHidden, kDone}},
    {"add an owner",
     [](const RoomState& room, const Asker& asker) { return AddAs(room, asker, kOwner); },
     {},
     {kDone, kRefused, kRefused, kRefused, kHidden, kDone}},
    {"remove a member",
     [](const RoomState& room, const Asker& asker) { return RemoveMembers(room, asker, {"bob"}); },
     {{"bob", kMember}},
     {kDone, kDone, kRefused, kRefused, kHidden, kDone}},
    {"remove a moderator",
     [](const RoomState& room, const Asker& asker) { return RemoveMembers(room, asker, {"bob"}); },
     {{"bob", kModerator}},
     {kDone, kRefused, kRefused, kRefused, kHidden, kDone}},
    {"remove an owner",
     [](const RoomState& room, const Asker& asker) { return RemoveMembers(room, asker, {"bob"}); },
     {{"bob", kOwner}},
     {kDone, kRefused, kRefused, kRefused, kHidden, kDone}},
    {"make a member a reader",
     [](const RoomState& room, const Asker& asker) {
       return SetRoles(room, asker, {{"bob", kReader}});
     },
     {{"bob", kMember}},
     {kDone, kDone, kRefused, kRefused, kHidden, kDone}},
    {"make a reader a member",
     [](const RoomState& room, const Asker& asker) {
       return SetRoles(room, asker, {{"bob", kMember}});
     },
     {{"bob", kReader}},
     {kDone, kDone, kRefused, kRefused, kHidden, kDone}},
    {"make a member a moderator",
     [](const RoomState& room, const Asker& asker) {
       return SetRoles(room, asker, {{"bob", kModerator}});
     },
     {{"bob", kMember}},
     {kDone, kRefused, kRefused, kRefused, kHidden, kDone}},
    {"make an owner a member",
     [](const RoomState& room, const Asker& asker) {
       return SetRoles(room, asker, {{"bob", kMember}});
     },
     {{"bob", kOwner}},
     {kDone, kRefused, kRefused, kRefused, kHidden, kDone}},
    {"rename",
     [](const RoomState& room, const Asker& asker) { return Update(room, asker, Rename()); },
     {},
     {kDone, kDone, kRefused, kRefused, kHidden, kDone}},
    {"make it public",
     [](const RoomState& room, const Asker& asker) { return Update(room, asker, MakePublic()); },
     {},
     {kDone, kRefused, kRefused, kRefused, kHidden, kDone}},
    {"hide its history",
     [](const RoomState& room, const Asker& asker) { return Update(room, asker, HideHistory()); },
     {},
     {kDone, kRefused, kRefused, kRefused, kHidden, kDone}},
    {"archive",
     [](const RoomState& room, const Asker& asker) { return SetArchived(room, asker, true); },
     {},
     {kDone, kRefused, kRefused, kRefused, kHidden, kDone}},
    {"delete",
     [](const RoomState& room, const Asker& asker) { return Delete(room, asker); },
     {},
     {kDone, kRefused, kRefused, kRefused, kHidden, kDone}},
};

TEST(RoomRulesTest, EachRoleMayDoWhatTheTableSays) {
  const std::optional<MemberRole> roles[] = {kOwner, kModerator, kMember, kReader, std::nullopt};
  for (const Row& row : kTable) {
    for (size_t i = 0; i < std::size(roles); ++i) {
      EXPECT_EQ(Outcome(row.rule(Room(roles[i], row.named), kAsker)), row.outcomes[i])
          << row.what << ", column " << i;
    }
    EXPECT_EQ(Outcome(row.rule(Room(std::nullopt, row.named), Asker::Service())), row.outcomes[5])
        << row.what << ", a service";
  }
}

TEST(RoomRulesTest, EverybodyMayGiveUpRightsAndNobodyMayTakeThem) {
  const auto set_own = [](MemberRole from, MemberRole to) {
    return Outcome(SetRoles(Room(from, {{"asker", from}}), kAsker, {{"asker", to}}));
  };
  EXPECT_EQ(set_own(kOwner, kReader), kDone);
  EXPECT_EQ(set_own(kModerator, kMember), kDone);
  EXPECT_EQ(set_own(kMember, kReader), kDone);
  EXPECT_EQ(set_own(kModerator, kOwner), kRefused);
  EXPECT_EQ(set_own(kReader, kMember), kRefused);
}

TEST(RoomRulesTest, LeavesNoRoomWithoutAnOwner) {
  const auto last = Room(kOwner, {{"asker", kOwner}}, false);
  EXPECT_EQ(Outcome(Leave(last, "asker")), v1::ERROR_REASON_LAST_OWNER);
  EXPECT_EQ(Outcome(RemoveMembers(last, Asker::Service(), {"asker"})), v1::ERROR_REASON_LAST_OWNER);
  EXPECT_EQ(Outcome(SetRoles(last, kAsker, {{"asker", kMember}})), v1::ERROR_REASON_LAST_OWNER);
  // Handing over in one go.
  const auto both = Room(kOwner, {{"asker", kOwner}, {"bob", kMember}}, false);
  EXPECT_EQ(Outcome(SetRoles(both, kAsker, {{"asker", kMember}, {"bob", kOwner}})), kDone);
  // The last one shuts the door.
  RoomState alone = last;
  alone.member_count = 1;
  EXPECT_EQ(Outcome(Leave(alone, "asker")), kDone);
}

TEST(RoomRulesTest, ARoomThatAllHaveLeftGetsAnOwnerFirst) {
  RoomState empty = Room(std::nullopt, {}, false);
  empty.settings.kind = RoomKind::kPublic;
  empty.member_count = 0;
  const ChangeOrError joined = Join(empty, "asker");
  ASSERT_TRUE(joined.ok());
  EXPECT_EQ(joined->added[0].role, kOwner);
  EXPECT_EQ(Outcome(AddAs(empty, Asker::Service(), kMember)), v1::ERROR_REASON_LAST_OWNER);
  EXPECT_EQ(Outcome(AddAs(empty, Asker::Service(), kOwner)), kDone);
}

// A DIRECT room of so many owners, among them those who are named.
RoomState DirectRoom(int32_t member_count, const std::map<std::string, MemberRole>& named) {
  RoomState room = Room(kOwner, named, member_count > static_cast<int32_t>(named.size()));
  room.settings.kind = RoomKind::kDirect;
  room.settings.profile.set_history(v1::HISTORY_VISIBILITY_WHOLE);
  room.member_count = member_count;
  return room;
}

// That the first event says that the room is a group from now on, and who reads what was before.
void ExpectGroup(const RoomChange& change, v1::HistoryVisibility history) {
  EXPECT_EQ(change.settings.kind, RoomKind::kGroup);
  EXPECT_EQ(change.settings.profile.history(), history);
  ASSERT_EQ(change.events.size(), 2u);
  const auto& updated = std::get<v1::RoomUpdated>(change.events[0]);
  EXPECT_EQ(updated.kind(), v1::ROOM_KIND_GROUP);
  EXPECT_EQ(updated.profile().history(), history);
}

TEST(RoomRulesTest, ADirectRoomThatGetsAMemberBecomesAGroupWhosePastIsHidden) {
  const ChangeOrError change = AddAs(DirectRoom(2, {}), kAsker, kMember);
  ASSERT_TRUE(change.ok());
  ExpectGroup(*change, v1::HISTORY_VISIBILITY_SINCE_JOINED);
  EXPECT_THAT(std::get<v1::MembersAdded>(change->events[1]).user_ids(), ElementsAre("new"));
}

TEST(RoomRulesTest, ThePastOfADirectRoomIsSharedIfAskedFor) {
  RoomState room = DirectRoom(2, {});
  room.settings.profile.set_history(v1::HISTORY_VISIBILITY_SINCE_JOINED);
  const NewMembers guest{.user_ids = {"new"}, .shares_history = true};
  const ChangeOrError change = AddMembers(room, kAsker, guest);
  ASSERT_TRUE(change.ok());
  ExpectGroup(*change, v1::HISTORY_VISIBILITY_WHOLE);
  // Of other rooms their history says so.
  room.settings.kind = RoomKind::kGroup;
  const ChangeOrError other = AddMembers(room, kAsker, guest);
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(other->settings.profile.history(), v1::HISTORY_VISIBILITY_SINCE_JOINED);
  EXPECT_EQ(other->events.size(), 1u);
}

TEST(RoomRulesTest, OneOfThreeLeavesADirectRoomWhichBecomesAGroup) {
  const ChangeOrError change = Leave(DirectRoom(3, {{"asker", kOwner}}), "asker");
  ASSERT_TRUE(change.ok());
  ExpectGroup(*change, v1::HISTORY_VISIBILITY_SINCE_JOINED);
  EXPECT_THAT(change->removed, ElementsAre("asker"));
  EXPECT_THAT(std::get<v1::MembersRemoved>(change->events[1]).user_ids(), ElementsAre("asker"));
  for (const int32_t few : {1, 2}) {
    EXPECT_EQ(Outcome(Leave(DirectRoom(few, {{"asker", kOwner}}), "asker")),
              v1::ERROR_REASON_DIRECT_ROOM);
  }
}

TEST(RoomRulesTest, ADirectRoomIsArchivedByServicesOnly) {
  RoomState room = DirectRoom(2, {});
  EXPECT_EQ(Outcome(SetArchived(room, kAsker, true)), v1::ERROR_REASON_DIRECT_ROOM);
  EXPECT_EQ(Outcome(SetArchived(room, Asker::Service(), true)), kDone);
  room.settings.archived = true;
  EXPECT_EQ(Outcome(SetArchived(room, kAsker, false)), kDone);
  // A repetition of what the release before allowed.
  EXPECT_THAT(SetArchived(room, kAsker, true)->events, IsEmpty());
}

TEST(RoomRulesTest, ADirectRoomKeepsItsMembersAndTheirRights) {
  const RoomState room = DirectRoom(3, {{"asker", kOwner}, {"bob", kOwner}});
  EXPECT_EQ(Outcome(RemoveMembers(room, kAsker, {"bob"})), v1::ERROR_REASON_DIRECT_ROOM);
  EXPECT_EQ(Outcome(SetRoles(room, kAsker, {{"bob", kReader}})), v1::ERROR_REASON_DIRECT_ROOM);
  EXPECT_EQ(Outcome(Update(room, kAsker, MakePublic())), v1::ERROR_REASON_DIRECT_ROOM);
  EXPECT_EQ(Outcome(Update(room, kAsker, Rename())), kDone);
}

TEST(RoomRulesTest, OnlyPublicRoomsAreJoined) {
  RoomState room = Room(std::nullopt, {});
  EXPECT_EQ(Outcome(Join(room, "asker")), kHidden);
  room.settings.kind = RoomKind::kPublic;
  const ChangeOrError joined = Join(room, "asker");
  ASSERT_TRUE(joined.ok());
  ASSERT_EQ(joined->added.size(), 1u);
  EXPECT_EQ(joined->added[0].role, kMember);
  room.actor_role = kReader;
  EXPECT_THAT(Join(room, "asker")->events, IsEmpty());
}

TEST(RoomRulesTest, WhatIsSoAlreadyChangesNothing) {
  const auto room = Room(kOwner, {{"bob", kMember}});
  EXPECT_THAT(AddMembers(room, kAsker, {{"bob"}, kReader})->events, IsEmpty());
  EXPECT_THAT(RemoveMembers(room, kAsker, {"carol"})->events, IsEmpty());
  EXPECT_THAT(SetRoles(room, kAsker, {{"bob", kMember}})->events, IsEmpty());
  EXPECT_THAT(SetArchived(room, kAsker, false)->events, IsEmpty());
  RoomState named = room;
  named.settings.profile.set_name("a name");
  EXPECT_THAT(Update(named, kAsker, Rename())->events, IsEmpty());
  // A room that was handed over, and the call is repeated.
  const auto handed_over = Room(kMember, {{"asker", kMember}, {"bob", kOwner}}, false);
  EXPECT_THAT(SetRoles(handed_over, kAsker, {{"asker", kMember}, {"bob", kOwner}})->events,
              IsEmpty());
}

TEST(RoomRulesTest, AnArchivedRoomCanBeLeftOpenedAgainAndDeletedOnly) {
  RoomState room = Room(kOwner, {{"asker", kOwner}, {"bob", kMember}});
  room.settings.archived = true;
  EXPECT_EQ(Outcome(AddAs(room, kAsker, kMember)), v1::ERROR_REASON_ROOM_ARCHIVED);
  EXPECT_EQ(Outcome(Update(room, kAsker, Rename())), v1::ERROR_REASON_ROOM_ARCHIVED);
  EXPECT_EQ(Outcome(Leave(room, "asker")), kDone);
  EXPECT_EQ(Outcome(RemoveMembers(room, kAsker, {"bob"})), kDone);
  EXPECT_EQ(Outcome(SetArchived(room, kAsker, false)), kDone);
  EXPECT_EQ(Outcome(Delete(room, kAsker)), kDone);
}

TEST(RoomRulesTest, ADirectRoomIsDeletedByServicesOnly) {
  RoomState room = Room(kOwner, {});
  room.settings.kind = RoomKind::kDirect;
  EXPECT_EQ(Outcome(Delete(room, kAsker)), v1::ERROR_REASON_DIRECT_ROOM);
  EXPECT_EQ(Outcome(Delete(room, Asker::Service())), kDone);
  room.actor_role.reset();
  EXPECT_EQ(Outcome(Delete(room, kAsker)), kHidden);
}

TEST(RoomRulesTest, ARoomHasABoundedNumberOfMembers) {
  RoomState room = Room(kOwner, {});
  room.member_count = limits::kRoomMembers;
  EXPECT_EQ(Outcome(AddAs(room, kAsker, kMember)), v1::ERROR_REASON_TOO_MANY_MEMBERS);
  room.member_count = limits::kRoomMembers - 1;
  EXPECT_EQ(Outcome(AddAs(room, kAsker, kMember)), kDone);
}

TEST(RoomRulesTest, NamesUsersThatThereArent) {
  RoomState room = Room(kOwner, {});
  room.unknown = {"new"};
  EXPECT_EQ(Outcome(AddAs(room, kAsker, kMember)), v1::ERROR_REASON_UNKNOWN_USERS);
}

TEST(RoomRulesTest, APublicRoomKeepsAName) {
  RoomState room = Room(kOwner, {});
  room.settings.kind = RoomKind::kPublic;
  room.settings.profile.set_name("lobby");
  RoomUpdate unname;
  unname.name = "";
  EXPECT_EQ(Outcome(Update(room, kAsker, unname)), v1::ERROR_REASON_INVALID_FIELD);
}

TEST(RoomRulesTest, AnUpdateChangesWhatItNamesOnly) {
  RoomState room = Room(kOwner, {});
  room.settings.profile.set_name("lobby");
  room.settings.profile.set_topic("weather");
  (*room.settings.profile.mutable_attributes())["old"] = "1";
  RoomUpdate update;
  update.topic = "news";
  update.attributes.emplace({std::pair<std::string, std::string>("new", "2")});
  const ChangeOrError change = Update(room, kAsker, update);
  ASSERT_TRUE(change.ok());
  const v1::RoomProfile& profile = std::get<v1::RoomUpdated>(change->events[0]).profile();
  EXPECT_EQ(profile.name(), "lobby");
  EXPECT_EQ(profile.topic(), "news");
  EXPECT_EQ(profile.attributes().size(), 1u);
  EXPECT_EQ(profile.attributes().at("new"), "2");
}

}  // namespace
}  // namespace chatter::rooms
