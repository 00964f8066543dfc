#include "client/stream/resume_state.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "client/stream/test_events.h"

namespace chatter::client {
namespace {

using test_events::CaughtUp;
using test_events::Heartbeat;
using test_events::Opened;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using Verdict = ResumeState::Verdict;

Cursors Sent(const v1::Open& open) {
  Cursors cursors;
  for (const auto& cursor : open.cursors()) cursors[cursor.room_id()] = cursor.after_seq();
  return cursors;
}

bool Open(ResumeState& state, const test_events::Heads& rooms, int room_count = -1) {
  state.MakeOpen();
  return state.OnOpened(Opened(rooms, room_count).opened());
}

Verdict TakeMessage(ResumeState& state, const std::string& room_id, uint64_t seq) {
  return state.OnRoomEvent(test_events::Message(room_id, seq).room_event());
}

// The user of all streams here is alice.
Verdict TakeRemoval(ResumeState& state, const std::string& room_id, uint64_t seq,
                    const std::vector<std::string>& user_ids = {"alice"}) {
  return state.OnRoomEvent(test_events::MembersRemoved(room_id, seq, user_ids).room_event());
}

TEST(ResumeStateTest, OpensWithTheCursorsItWasGiven) {
  ResumeState state({{"a", 5}, {"b", 0}});
  EXPECT_THAT(Sent(state.MakeOpen()), ElementsAre(Pair("a", 5), Pair("b", 0)));
}

TEST(ResumeStateTest, RoomsWithoutCursorBeginAtTheirHeads) {
  ResumeState state({});
  EXPECT_THAT(Sent(state.MakeOpen()), IsEmpty());
  EXPECT_TRUE(state.OnOpened(Opened({{"a", 7}}).opened()));
  // Otherwise whatever comes while there is no stream would be lost.
  EXPECT_THAT(state.cursors(), ElementsAre(Pair("a", 7)));
  EXPECT_EQ(TakeMessage(state, "a", 8), Verdict::kNew);
}

TEST(ResumeStateTest, TellsNewRepeatedAndGap) {
  ResumeState state({{"a", 5}});
  EXPECT_EQ(TakeMessage(state, "a", 5), Verdict::kRepeated);
  EXPECT_EQ(TakeMessage(state, "a", 1), Verdict::kRepeated);
  EXPECT_EQ(TakeMessage(state, "a", 6), Verdict::kNew);
  EXPECT_EQ(TakeMessage(state, "a", 6), Verdict::kRepeated);
  EXPECT_EQ(TakeMessage(state, "a", 8), Verdict::kGap);
  EXPECT_THAT(state.cursors(), ElementsAre(Pair("a", 6)));
  EXPECT_EQ(TakeMessage(state, "a", 7), Verdict::kNew);
}

TEST(ResumeStateTest, RoomsDoNotMixUp) {
  ResumeState state({{"a", 5}, {"b", 100}});
  EXPECT_EQ(TakeMessage(state, "b", 101), Verdict::kNew);
  EXPECT_EQ(TakeMessage(state, "a", 6), Verdict::kNew);
  EXPECT_THAT(Sent(state.MakeOpen()), ElementsAre(Pair("a", 6), Pair("b", 101)));
}

TEST(ResumeStateTest, ARoomMadeWhileOpenComesByItself) {
  ResumeState state({});
  EXPECT_TRUE(Open(state, {}));
  EXPECT_EQ(TakeMessage(state, "new", 1), Verdict::kNew);
  EXPECT_EQ(TakeMessage(state, "new", 2), Verdict::kNew);
  EXPECT_THAT(Sent(state.MakeOpen()), ElementsAre(Pair("new", 2)));
}

TEST(ResumeStateTest, ARoomMadeWhileAwayIsAskedForFromItsBeginning) {
  ResumeState state({});
  EXPECT_TRUE(Open(state, {{"a", 3}}));
  EXPECT_FALSE(Open(state, {{"a", 3}, {"new", 4}}));
  EXPECT_THAT(Sent(state.MakeOpen()), ElementsAre(Pair("a", 3), Pair("new", 0)));
  EXPECT_TRUE(state.OnOpened(Opened({{"a", 3}, {"new", 4}}).opened()));
}

TEST(ResumeStateTest, ARoomThatTheUserCameIntoWhileAwayIsAskedForFromThere) {
  ResumeState state({});
  EXPECT_TRUE(Open(state, {{"a", 3, 1}}));
  EXPECT_FALSE(Open(state, {{"a", 3, 1}, {"joined", 40, 38}, {"just joined", 9, 9}}));
  EXPECT_THAT(Sent(state.MakeOpen()),
              ElementsAre(Pair("a", 3), Pair("joined", 37), Pair("just joined", 8)));
}

TEST(ResumeStateTest, AnUnlistedOldRoomIsNotTakenForANewOne) {
  ResumeState state({});
  EXPECT_TRUE(Open(state, {{"a", 3}}, /*room_count=*/2));
  EXPECT_TRUE(Open(state, {{"old", 4'000}}, /*room_count=*/2));
  EXPECT_THAT(state.cursors(), ElementsAre(Pair("a", 3), Pair("old", 4'000)));
}

// Two streams for a while: a room that only the old one had told of begins at its head on the new.
TEST(ResumeStateTest, ARoomThatCameUpBetweenOpenAndOpenedMayMissEvents) {
  ResumeState state({});
  EXPECT_TRUE(Open(state, {}));
  state.MakeOpen();
  EXPECT_EQ(TakeMessage(state, "new", 1), Verdict::kNew);
  EXPECT_FALSE(state.OnOpened(Opened({{"new", 3}}).opened()));
  EXPECT_THAT(Sent(state.MakeOpen()), ElementsAre(Pair("new", 1)));
  EXPECT_TRUE(state.OnOpened(Opened({{"new", 3}}).opened()));
}

TEST(ResumeStateTest, RoomsThatTheServerDoesNotKnowAreForgotten) {
  ResumeState state({{"a", 5}, {"gone", 9}});
  auto opened = Opened({{"a", 5}});
  opened.mutable_opened()->add_unknown_room_ids("gone");
  EXPECT_TRUE(state.OnOpened(opened.opened()));
  EXPECT_THAT(state.cursors(), ElementsAre(Pair("a", 5)));
}

TEST(ResumeStateTest, ARoomIsForgottenWithTheEventThatTakesTheUserOut) {
  ResumeState state({});
  EXPECT_TRUE(Open(state, {{"a", 5, 1}, {"b", 8, 1}}));
  EXPECT_EQ(TakeRemoval(state, "a", 6, {"alice", "bob"}), Verdict::kNew);
  EXPECT_EQ(TakeRemoval(state, "b", 9, {"bob", "carol"}), Verdict::kNew);  // somebody else's
  EXPECT_THAT(state.cursors(), ElementsAre(Pair("b", 9)));
  EXPECT_THAT(Sent(state.MakeOpen()), ElementsAre(Pair("b", 9)));
  EXPECT_TRUE(state.OnOpened(Opened({{"b", 9, 1}}).opened()));
  EXPECT_THAT(state.cursors(), ElementsAre(Pair("b", 9)));
}

TEST(ResumeStateTest, AnEventThatComesTwiceOrTooEarlyTakesNobodyOut) {
  ResumeState state({});
  EXPECT_TRUE(Open(state, {{"a", 5, 1}}));
  EXPECT_EQ(TakeRemoval(state, "a", 7), Verdict::kGap);
  EXPECT_EQ(TakeRemoval(state, "a", 5), Verdict::kRepeated);
  EXPECT_THAT(state.cursors(), ElementsAre(Pair("a", 5)));
}

TEST(ResumeStateTest, AUserMayComeBackLater) {
  ResumeState state({});
  EXPECT_TRUE(Open(state, {{"a", 5, 1}}));
  EXPECT_EQ(TakeRemoval(state, "a", 6), Verdict::kNew);
  EXPECT_EQ(TakeMessage(state, "a", 20), Verdict::kNew);
  EXPECT_EQ(TakeMessage(state, "a", 22), Verdict::kGap);
  EXPECT_THAT(state.cursors(), ElementsAre(Pair("a", 20)));
  EXPECT_EQ(TakeRemoval(state, "a", 21), Verdict::kNew);
  EXPECT_THAT(state.cursors(), IsEmpty());
}

TEST(ResumeStateTest, AUserMayComeBackWhileAway) {
  ResumeState state({});
  EXPECT_TRUE(Open(state, {{"a", 5, 1}}));
  EXPECT_EQ(TakeRemoval(state, "a", 6), Verdict::kNew);
  EXPECT_FALSE(Open(state, {{"a", 30, 20}}));
  EXPECT_THAT(Sent(state.MakeOpen()), ElementsAre(Pair("a", 19)));
}

// Catching up over it: the user has come back since.
TEST(ResumeStateTest, AnOldRemovalTakesNobodyOut) {
  ResumeState state({{"a", 5}});
  EXPECT_TRUE(Open(state, {{"a", 12, 9}}));
  EXPECT_EQ(TakeRemoval(state, "a", 6), Verdict::kNew);
  EXPECT_THAT(state.cursors(), ElementsAre(Pair("a", 6)));
  EXPECT_TRUE(state.HasAll(Heartbeat({{"a", 6}}).heartbeat()));
  EXPECT_EQ(TakeMessage(state, "a", 8), Verdict::kGap);
  EXPECT_EQ(TakeMessage(state, "a", 7), Verdict::kNew);
}

// The same where `opened` didn't say when the user came: of a room that it didn't list, or because
// the user came back only then.
TEST(ResumeStateTest, HeartbeatsAgreeWithARoomThatWasForgottenTooEarly) {
  ResumeState state({});
  EXPECT_TRUE(Open(state, {{"a", 5, 1}}));
  EXPECT_EQ(TakeRemoval(state, "a", 6), Verdict::kNew);
  EXPECT_TRUE(state.HasAll(Heartbeat({{"a", 6}}).heartbeat()));
  EXPECT_EQ(TakeMessage(state, "a", 7), Verdict::kNew);
  EXPECT_TRUE(state.HasAll(Heartbeat({{"a", 7}}).heartbeat()));
  EXPECT_TRUE(state.HasAll(CaughtUp("a", 7).caught_up()));
  EXPECT_THAT(state.cursors(), ElementsAre(Pair("a", 7)));
}

TEST(ResumeStateTest, HeartbeatsShowWhatIsMissingAfterAUserCameBack) {
  ResumeState state({});
  EXPECT_TRUE(Open(state, {{"a", 5, 1}}));
  EXPECT_EQ(TakeRemoval(state, "a", 6), Verdict::kNew);
  EXPECT_FALSE(state.HasAll(Heartbeat({{"a", 20}}).heartbeat()));
  EXPECT_FALSE(Open(state, {{"a", 20, 20}}));
  EXPECT_THAT(Sent(state.MakeOpen()), ElementsAre(Pair("a", 19)));
}

// Two streams for a while: what the new one was asked for includes the user's last event.
TEST(ResumeStateTest, ARemovalBetweenOpenAndOpenedIsNotRepeated) {
  ResumeState state({});
  EXPECT_TRUE(Open(state, {{"a", 5, 1}}));
  state.MakeOpen();
  EXPECT_EQ(TakeRemoval(state, "a", 6), Verdict::kNew);
  EXPECT_TRUE(state.OnOpened(Opened({{"a", 5, 1}}).opened()));
  EXPECT_EQ(TakeRemoval(state, "a", 6), Verdict::kRepeated);
  EXPECT_THAT(state.cursors(), IsEmpty());
}

TEST(ResumeStateTest, AReturnBetweenOpenAndOpenedIsServedFromTheCursor) {
  ResumeState state({});
  EXPECT_TRUE(Open(state, {{"a", 5, 1}}));
  state.MakeOpen();
  EXPECT_EQ(TakeRemoval(state, "a", 6), Verdict::kNew);
  EXPECT_TRUE(state.OnOpened(Opened({{"a", 9, 8}}).opened()));
  EXPECT_EQ(TakeRemoval(state, "a", 6), Verdict::kRepeated);
  EXPECT_EQ(TakeMessage(state, "a", 8), Verdict::kNew);
  EXPECT_THAT(state.cursors(), ElementsAre(Pair("a", 8)));
}

TEST(ResumeStateTest, AReturnBetweenOpenAndOpenedToANewRoomIsAskedFor) {
  ResumeState state({});
  EXPECT_TRUE(Open(state, {}));
  state.MakeOpen();
  EXPECT_EQ(TakeMessage(state, "new", 1), Verdict::kNew);
  EXPECT_EQ(TakeRemoval(state, "new", 2), Verdict::kNew);
  EXPECT_FALSE(state.OnOpened(Opened({{"new", 9, 8}}).opened()));  // it begins at its head
  EXPECT_FALSE(Open(state, {{"new", 9, 8}}));
  EXPECT_THAT(Sent(state.MakeOpen()), ElementsAre(Pair("new", 7)));
}

TEST(ResumeStateTest, ResetMovesTheCursorBackOrForth) {
  ResumeState state({{"a", 50}});
  state.OnReset(test_events::Reset("a", 10).reset());
  EXPECT_EQ(TakeMessage(state, "a", 10), Verdict::kNew);
  state.OnReset(test_events::Reset("a", 100).reset());
  EXPECT_EQ(TakeMessage(state, "a", 100), Verdict::kNew);
  state.OnReset(test_events::Reset("a", 0).reset());
  EXPECT_THAT(state.cursors(), ElementsAre(Pair("a", 0)));
}

v1::Opened OpenedIn(const std::string& epoch, const test_events::Heads& rooms) {
  v1::Opened opened = Opened(rooms).opened();
  opened.set_epoch(epoch);
  return opened;
}

TEST(ResumeStateTest, TheEpochIsKeptWithTheCursors) {
  ResumeState state({{"a", 5}});
  EXPECT_EQ(state.MakeOpen().epoch(), "");
  EXPECT_TRUE(state.OnOpened(OpenedIn("E1", {{"a", 5}, {"b", 9}})));
  EXPECT_THAT(state.cursors(), ElementsAre(Pair("a", Cursor(5, "E1")), Pair("b", Cursor(9, "E1"))));
  EXPECT_EQ(state.MakeOpen().epoch(), "E1");
  TakeMessage(state, "a", 6);
  EXPECT_EQ(ResumeState(state.cursors()).MakeOpen().epoch(), "E1");
}

TEST(ResumeStateTest, ACursorOfAnotherEpochStaysOneUntilItsRoomIsReset) {
  ResumeState state({{"a", {5, "E1"}}, {"b", {7, "E1"}}});
  EXPECT_EQ(state.MakeOpen().epoch(), "E1");
  EXPECT_TRUE(state.OnOpened(OpenedIn("E2", {{"a", 3}, {"b", 8}})));
  state.OnReset(test_events::Reset("a", 4).reset());
  // Whoever stops here has not been told of b.
  EXPECT_THAT(state.cursors(), ElementsAre(Pair("a", Cursor(3, "E2")), Pair("b", Cursor(7, "E1"))));
  EXPECT_EQ(state.MakeOpen().epoch(), "E1");
  state.OnReset(test_events::Reset("b", 8).reset());
  EXPECT_EQ(TakeMessage(state, "a", 4), Verdict::kNew);
  EXPECT_EQ(state.MakeOpen().epoch(), "E2");
}

TEST(ResumeStateTest, ARoomThatCameUpInAnotherEpochIsAskedFor) {
  ResumeState state({});
  state.MakeOpen();
  EXPECT_TRUE(state.OnOpened(OpenedIn("E1", {})));
  state.MakeOpen();
  EXPECT_EQ(TakeMessage(state, "new", 4), Verdict::kNew);
  EXPECT_FALSE(state.OnOpened(OpenedIn("E2", {{"new", 3, 1}})));
  EXPECT_EQ(state.MakeOpen().epoch(), "E1");
}

TEST(ResumeStateTest, WhereTheEpochIsNotKnownTheOneBeforeIsKept) {
  ResumeState state({{"a", {5, "E1"}}});
  state.MakeOpen();
  EXPECT_TRUE(state.OnOpened(OpenedIn("", {{"a", 5}})));
  EXPECT_EQ(state.MakeOpen().epoch(), "E1");
}

TEST(ResumeStateTest, AHeartbeatOfAnotherEpochShowsThatTheStreamIsOver) {
  ResumeState state({});
  state.MakeOpen();
  EXPECT_TRUE(state.OnOpened(OpenedIn("E1", {})));
  v1::Heartbeat heartbeat = Heartbeat({}).heartbeat();
  EXPECT_TRUE(state.HasAll(heartbeat));
  heartbeat.set_epoch("E1");
  EXPECT_TRUE(state.HasAll(heartbeat));
  heartbeat.set_epoch("E2");
  EXPECT_FALSE(state.HasAll(heartbeat));
}

TEST(ResumeStateTest, CaughtUpAndHeartbeatsShowWhatIsMissing) {
  ResumeState state({{"a", 5}, {"b", 8}});
  EXPECT_TRUE(state.HasAll(CaughtUp("a", 5).caught_up()));
  EXPECT_FALSE(state.HasAll(CaughtUp("a", 6).caught_up()));
  EXPECT_TRUE(state.HasAll(Heartbeat({{"a", 5}, {"b", 7}}).heartbeat()));
  EXPECT_FALSE(state.HasAll(Heartbeat({{"a", 5}, {"b", 9}}).heartbeat()));
  EXPECT_TRUE(state.HasAll(Heartbeat({}).heartbeat()));
}

TEST(ResumeStateTest, CaughtUpOfAnUnknownRoomTellsWhereItBegins) {
  ResumeState state({});
  EXPECT_TRUE(state.HasAll(CaughtUp("a", 70).caught_up()));
  EXPECT_EQ(TakeMessage(state, "a", 72), Verdict::kGap);
  EXPECT_EQ(TakeMessage(state, "a", 71), Verdict::kNew);
}

TEST(ResumeStateTest, AHeartbeatOfANewRoomOfWhichNothingCame) {
  ResumeState state({});
  EXPECT_TRUE(Open(state, {}));
  EXPECT_FALSE(state.HasAll(Heartbeat({{"new", 2}}).heartbeat()));
  EXPECT_FALSE(Open(state, {{"new", 2, 1}}));
  EXPECT_THAT(Sent(state.MakeOpen()), ElementsAre(Pair("new", 0)));
}

TEST(ResumeStateTest, RoomsThatTheUserIsOutOfDisplaceNone) {
  ResumeState state({});
  EXPECT_TRUE(Open(state, {{"a", 5, 1}}));
  for (size_t i = 0; i < ResumeState::kMaxRooms; ++i) TakeRemoval(state, absl::StrCat(i), 1);
  EXPECT_THAT(state.cursors(), ElementsAre(Pair("a", 5)));
  EXPECT_FALSE(Open(state, {{"a", 5, 1}, {"new", 2, 2}}));  // still known to be new
}

TEST(ResumeStateTest, ForgetsTheMostSilentRoomAtTheBound) {
  ResumeState state({});
  for (size_t i = 0; i < ResumeState::kMaxRooms; ++i) TakeMessage(state, absl::StrCat(i), 1);
  TakeMessage(state, "0", 2);  // so that 1 is the most silent
  TakeMessage(state, "one too many", 1);
  const Cursors cursors = Sent(state.MakeOpen());
  EXPECT_EQ(cursors.size(), ResumeState::kMaxRooms);
  EXPECT_TRUE(cursors.contains("0"));
  EXPECT_FALSE(cursors.contains("1"));
  EXPECT_TRUE(cursors.contains("one too many"));
}

}  // namespace
}  // namespace chatter::client
