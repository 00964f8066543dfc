// The feeds of a stream, told step by step what happens: no threads, no hub, no database.
#include "server/stream/chat_feeds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/stream/test_feeds.h"

namespace chatter::stream {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Membership = store::RoomStore::Membership;

constexpr size_t kMaxLiveBytes = 4'000;

// Bob's feeds in rooms a and b. What they ask for and what they send is told in words.
class ChatFeedsTest : public ::testing::Test {
 protected:
  static Membership In(const RoomId& room, uint64_t head, uint64_t joined = 1) {
    return {.head = {room, head}, .joined_seq = joined};
  }

  // Opens the stream; the rooms were loaded in "epoch".
  void Open(const std::vector<Membership>& rooms, const std::map<RoomId, uint64_t>& after_seqs = {},
            const Epoch& epoch_of_cursors = "epoch") {
    ASSERT_TRUE(feeds_.Enter("epoch"));
    Cursors cursors{.epoch = epoch_of_cursors, .after_seqs = {}};
    cursors.after_seqs.insert(after_seqs.begin(), after_seqs.end());
    feeds_.Open(rooms, cursors);
  }
  // The same, with bob level in a (up to 3) and in b (up to 1).
  void OpenLevel() {
    Open({In(a_, 3), In(b_, 1)});
    Actions();
    feeds_.OnLevel(ticket(a_));
    feeds_.OnLevel(ticket(b_));
  }

  std::vector<std::string> Actions() {
    std::vector<std::string> words;
    for (const Action& action : feeds_.TakeActions()) {
      words.push_back(std::visit([this](const auto& one) { return this->InWords(one); }, action));
    }
    return words;
  }
  std::string InWords(const action::Follow& follow) {
    tickets_[follow.room] = follow.ticket;
    EXPECT_EQ(follow.epoch, "epoch");
    return absl::StrCat("follow ", NameOf(follow.room), " from ", follow.next_seq);
  }
  std::string InWords(const action::Unfollow& unfollow) {
    EXPECT_EQ(unfollow.ticket, tickets_[unfollow.room]);
    return absl::StrCat("unfollow ", NameOf(unfollow.room));
  }
  std::string InWords(const action::Read& read) {
    EXPECT_EQ(read.epoch, "epoch");
    return absl::StrCat("read ", NameOf(read.room), " after ", read.after_seq);
  }
  static std::string InWords(const action::EndEpoch&) { return "end"; }

  // All that waits in the outbox. The write is done at once.
  std::vector<std::string> Sent() {
    std::vector<std::string> words;
    for (const v1::ServerEvent& event : Parse(outbox_.Take(1 << 20))) {
      words.push_back(InWords(event));
    }
    feeds_.OnWritten(/*has_more=*/false);
    return words;
  }
  std::string InWords(const v1::ServerEvent& event) {
    switch (event.event_case()) {
      case v1::ServerEvent::kRoomEvent:
        return absl::StrCat(NameOf(event.room_event().room_id()), event.room_event().seq());
      case v1::ServerEvent::kCaughtUp:
        return absl::StrCat(NameOf(event.caught_up().room_id()), " caught up at ",
                            event.caught_up().head_seq());
      case v1::ServerEvent::kReset:
        return absl::StrCat(NameOf(event.reset().room_id()), " reset to ", event.reset().next_seq(),
                            ", readable from ", event.reset().min_seq());
      case v1::ServerEvent::kLagged:
        return absl::StrCat("lagged ", event.lagged().dropped_events());
      default:
        return event.ShortDebugString();
    }
  }

  bool HandOut(live::Ticket ticket, const std::vector<RoomEvent>& events) {
    return feeds_.OnEvents(ticket, wire::EncodeRoomEvents(events));
  }
  bool HandOut(const std::vector<RoomEvent>& events) {
    return HandOut(ticket(events.front().room_id), events);
  }
  void GivePage(const std::vector<RoomEvent>& events, bool has_more = false) {
    feeds_.OnPage(PageOf(events, has_more));
  }
  std::vector<std::string> ChangedHeads() {
    std::vector<std::string> words;
    for (const RoomHead& head : feeds_.TakeChangedHeads(10)) {
      words.push_back(absl::StrCat(NameOf(head.room_id), head.head_seq));
    }
    return words;
  }

  live::Ticket ticket(const RoomId& room) const { return tickets_.at(room); }
  std::string NameOf(const RoomId& room) const { return room == a_ ? "a" : room == b_ ? "b" : "c"; }
  std::string NameOf(const std::string& room) const { return NameOf(*RoomId::Parse(room)); }

  const RoomId a_ = RoomId::Generate(0);
  const RoomId b_ = RoomId::Generate(1);
  const RoomId c_ = RoomId::Generate(2);
  const std::shared_ptr<LiveBytes> all_ = std::make_shared<LiveBytes>(1 << 20);
  Outbox outbox_{kMaxLiveBytes, all_};
  ChatFeeds feeds_{"bob", /*max_rooms=*/3, outbox_};
  std::map<RoomId, live::Ticket> tickets_;
};

// ---- Catching up ----

TEST_F(ChatFeedsTest, WithoutACursorARoomBeginsAtItsHead) {
  Open({In(a_, 3)});
  EXPECT_THAT(Actions(), ElementsAre("follow a from 4"));
  EXPECT_FALSE(feeds_.OnLevel(ticket(a_))) << "nothing is to be said";
  EXPECT_TRUE(HandOut(Messages(a_, 4, 5)));
  EXPECT_THAT(Sent(), ElementsAre("a4", "a5"));
}

TEST_F(ChatFeedsTest, WithACursorARoomIsReadPageByPageAndThenFollowed) {
  Open({In(a_, 4)}, {{a_, 1}});
  EXPECT_THAT(Actions(), ElementsAre("read a after 1"));
  GivePage(Messages(a_, 2, 3), /*has_more=*/true);
  EXPECT_THAT(Actions(), ElementsAre("read a after 3"));
  GivePage(Messages(a_, 4, 4));
  EXPECT_THAT(Actions(), ElementsAre("follow a from 5"));
  EXPECT_TRUE(feeds_.OnLevel(ticket(a_)));
  EXPECT_THAT(Sent(), ElementsAre("a2", "a3", "a4", "a caught up at 4"));
}

TEST_F(ChatFeedsTest, RoomsTakeTurns) {
  Open({In(a_, 9), In(b_, 9)}, {{a_, 0}, {b_, 5}});
  EXPECT_THAT(Actions(), ElementsAre("read a after 0")) << "one page at a time";
  GivePage(Messages(a_, 1, 2), /*has_more=*/true);
  EXPECT_THAT(Actions(), ElementsAre("read b after 5"));
  GivePage(Messages(b_, 6, 7), /*has_more=*/true);
  EXPECT_THAT(Actions(), ElementsAre("read a after 2"));
}

TEST_F(ChatFeedsTest, WhatIsStoredWhileItCatchesUpComesFromTheLog) {
  Open({In(a_, 2)}, {{a_, 0}});
  Actions();
  GivePage(Messages(a_, 1, 2));
  EXPECT_THAT(Actions(), ElementsAre("follow a from 3"));
  feeds_.OnBehind(ticket(a_));  // 3 has been handed out meanwhile
  EXPECT_FALSE(HandOut(Messages(a_, 4, 4)));
  EXPECT_THAT(Actions(), ElementsAre("read a after 2"));
  GivePage(Messages(a_, 3, 4));
  EXPECT_THAT(Actions(), ElementsAre("follow a from 5"));
  feeds_.OnLevel(ticket(a_));
  HandOut(Messages(a_, 5, 5));
  EXPECT_THAT(Sent(), ElementsAre("a1", "a2", "a3", "a4", "a caught up at 4", "a5"));
}

TEST_F(ChatFeedsTest, NothingIsReadWhileMuchWaitsOrAWriteIsStuck) {
  Open({In(a_, 9)}, {{a_, 0}});
  Actions();
  GivePage(Messages(a_, 1, 1, 70 << 10), /*has_more=*/true);
  EXPECT_THAT(Actions(), IsEmpty()) << "much waits";
  EXPECT_EQ(outbox_.Take(1 << 20).size(), 1u);
  feeds_.OnWritten(/*has_more=*/true);
  EXPECT_THAT(Actions(), ElementsAre("read a after 1")) << "the last write is done";
  GivePage(Messages(a_, 2, 2), /*has_more=*/true);
  EXPECT_THAT(Actions(), IsEmpty()) << "this one is stuck";
  feeds_.OnWritten(/*has_more=*/false);
  EXPECT_THAT(Actions(), ElementsAre("read a after 2"));
}

// ---- Cursors ----

TEST_F(ChatFeedsTest, CursorsThatCantBeContinuedAreReset) {
  Membership hidden = In(b_, 9, /*joined=*/6);
  hidden.first_seq = 6;
  Open({In(a_, 3), hidden, In(c_, 3)}, {{a_, 7}, {b_, 2}, {c_, ~uint64_t{0}}});
  EXPECT_THAT(Sent(), ElementsAre("a reset to 4, readable from 1", "b reset to 6, readable from 6",
                                  "c reset to 4, readable from 1"));
  EXPECT_THAT(Actions(), ElementsAre("follow a from 4", "read b after 5", "follow c from 4"));
}

TEST_F(ChatFeedsTest, CursorsOfAnotherEpochAreResetWhereTheyAre) {
  Open({In(a_, 3), In(b_, 3), In(c_, 3)}, {{a_, 2}, {b_, 0}}, "another");
  EXPECT_THAT(Sent(), ElementsAre("a reset to 3, readable from 1")) << "b has nothing to forget";
  EXPECT_THAT(Actions(), ElementsAre("read a after 2", "follow c from 4"));
}

TEST_F(ChatFeedsTest, WhereTheEpochIsNotKnownACursorMayBeAhead) {
  ASSERT_TRUE(feeds_.Enter(""));
  feeds_.Open({In(a_, 3)}, {.epoch = "epoch", .after_seqs = {{a_, 7}}});
  EXPECT_THAT(Sent(), IsEmpty());
  const auto actions = feeds_.TakeActions();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(std::get<action::Follow>(actions[0]).next_seq, 8u);
}

// ---- Live events ----

TEST_F(ChatFeedsTest, OnlyWhatFollowsIsTaken) {
  OpenLevel();
  EXPECT_FALSE(HandOut(Messages(a_, 3, 4))) << "repeated";
  EXPECT_FALSE(HandOut(Messages(a_, 5, 5))) << "one is missing";
  EXPECT_TRUE(HandOut(Messages(a_, 4, 5)));
  EXPECT_FALSE(HandOut(Messages(a_, 4, 5)));
  EXPECT_THAT(Sent(), ElementsAre("a4", "a5"));
}

TEST_F(ChatFeedsTest, NoticesComeOfRoomsThatAreLevel) {
  Open({In(a_, 3), In(b_, 3)}, {{b_, 0}});
  Actions();
  const auto notice = std::make_shared<const std::string>("notice");
  EXPECT_FALSE(feeds_.OnNotice(ticket(a_), notice)) << "the hub hasn't said so yet";
  feeds_.OnLevel(ticket(a_));
  EXPECT_TRUE(feeds_.OnNotice(ticket(a_), notice));
}

// ---- Slow readers ----

TEST_F(ChatFeedsTest, ASlowReaderLosesLiveEventsAndGetsThemFromTheLog) {
  OpenLevel();
  feeds_.OnWritten(/*has_more=*/true);  // a write that is stuck
  EXPECT_TRUE(HandOut(Messages(b_, 2, 3)));
  EXPECT_TRUE(HandOut(Messages(a_, 4, 4)));
  EXPECT_TRUE(HandOut(Messages(a_, 5, 5, kMaxLiveBytes)));
  EXPECT_THAT(Actions(), ElementsAre("unfollow b", "unfollow a"));
  EXPECT_THAT(Sent(), ElementsAre("lagged 3"));
  EXPECT_THAT(Actions(), ElementsAre("read b after 1"));
  GivePage(Messages(b_, 2, 3));
  EXPECT_THAT(Actions(), ElementsAre("follow b from 4", "read a after 3"));
  GivePage(Messages(a_, 4, 5));
  EXPECT_THAT(Actions(), ElementsAre("follow a from 6"));
  feeds_.OnLevel(ticket(b_));
  feeds_.OnLevel(ticket(a_));
  EXPECT_THAT(Sent(), ElementsAre("b2", "b3", "a4", "a5", "b caught up at 3", "a caught up at 5"));
}

TEST_F(ChatFeedsTest, WhoeverLosesNothingStaysLevel) {
  OpenLevel();
  HandOut(Messages(b_, 2, 2));
  EXPECT_THAT(Sent(), ElementsAre("b2"));
  HandOut(Messages(a_, 4, 4, kMaxLiveBytes));
  EXPECT_THAT(Actions(), ElementsAre("unfollow a", "read a after 3"));
  EXPECT_TRUE(HandOut(Messages(b_, 3, 3)));
  EXPECT_THAT(Sent(), ElementsAre("lagged 0", "b3"));
}

TEST_F(ChatFeedsTest, WhatTheHubStillHandsToAFeedThatWentBackHasNoEffect) {
  OpenLevel();
  const live::Ticket old = ticket(a_);
  HandOut(Messages(a_, 4, 4, kMaxLiveBytes));
  EXPECT_FALSE(HandOut(old, Messages(a_, 4, 4))) << "it is being read";
  Actions();
  GivePage(Messages(a_, 4, 4));
  Actions();
  EXPECT_NE(ticket(a_), old);
  feeds_.OnLevel(ticket(a_));
  EXPECT_FALSE(HandOut(old, Messages(a_, 5, 5)));
  EXPECT_FALSE(feeds_.OnNotice(old, std::make_shared<const std::string>("notice")));
  EXPECT_TRUE(HandOut(Messages(a_, 5, 5)));
  EXPECT_THAT(Sent(), ElementsAre("lagged 0", "a4", "a caught up at 4", "a5"));
}

// ---- Coming into rooms, and going out of them ----

TEST_F(ChatFeedsTest, ARoomThatIsJoinedBeginsWithThat) {
  Open({});
  feeds_.OnRoomJoined(a_, 5);
  EXPECT_TRUE(feeds_.IsInRoom(a_));
  EXPECT_THAT(Actions(), ElementsAre("read a after 4"));
  feeds_.OnRoomJoined(a_, 5);
  EXPECT_THAT(Actions(), IsEmpty()) << "repeated";
  GivePage(Messages(a_, 5, 6));
  EXPECT_THAT(Actions(), ElementsAre("follow a from 7"));
}

TEST_F(ChatFeedsTest, ARoomThatIsJoinedWhileTheOthersAreLoadedIsNotForgotten) {
  feeds_.OnRoomJoined(a_, 2);
  feeds_.OnRoomJoined(b_, 5);
  EXPECT_THAT(Actions(), IsEmpty());
  Open({In(a_, 3)});  // loaded already
  EXPECT_THAT(Actions(), ElementsAre("follow a from 4", "read b after 4"));
}

TEST_F(ChatFeedsTest, RoomsAreBounded) {
  Open({In(a_, 1), In(b_, 1)});
  feeds_.OnRoomJoined(c_, 1);
  feeds_.OnRoomJoined(RoomId::Generate(3), 1);
  EXPECT_THAT(Actions(), ElementsAre("follow a from 2", "follow b from 2", "read c after 0"));
}

TEST_F(ChatFeedsTest, WhoIsRemovedSeesThatAndNothingAfterIt) {
  OpenLevel();
  EXPECT_TRUE(HandOut({MessageOf(a_, 4), RemovalOf(a_, 5, "bob"), MessageOf(a_, 6)}));
  EXPECT_THAT(Actions(), ElementsAre("unfollow a"));
  EXPECT_FALSE(HandOut(Messages(a_, 6, 6)));
  EXPECT_FALSE(feeds_.IsInRoom(a_));
  HandOut({RemovalOf(b_, 2, "carol"), MessageOf(b_, 3)});
  EXPECT_TRUE(feeds_.IsInRoom(b_));
  EXPECT_THAT(Sent(), ElementsAre("a4", "a5", "b2", "b3"));
}

TEST_F(ChatFeedsTest, WhoIsRemovedWhileCatchingUpSeesThatAndNothingAfterIt) {
  Open({In(a_, 9), In(b_, 1)}, {{a_, 0}, {b_, 0}});
  Actions();
  GivePage({MessageOf(a_, 1), RemovalOf(a_, 2, "bob"), MessageOf(a_, 3)}, /*has_more=*/true);
  EXPECT_THAT(Sent(), ElementsAre("a1", "a2"));
  EXPECT_THAT(Actions(), ElementsAre("read b after 0"));
}

TEST_F(ChatFeedsTest, ARemovalBeforeTheUserJoinedIsHistory) {
  Open({In(a_, 3, /*joined=*/3)}, {{a_, 0}});
  Actions();
  GivePage({MessageOf(a_, 1), RemovalOf(a_, 2, "bob"), MessageOf(a_, 3)});
  EXPECT_THAT(Sent(), ElementsAre("a1", "a2", "a3"));
  EXPECT_THAT(Actions(), ElementsAre("follow a from 4"));
}

TEST_F(ChatFeedsTest, WhoComesBackGetsTheRoomFromThereOn) {
  OpenLevel();
  HandOut({RemovalOf(a_, 4, "bob")});
  Actions();
  feeds_.OnRoomJoined(a_, 2);
  EXPECT_THAT(Actions(), IsEmpty()) << "found before the removal";
  feeds_.OnRoomJoined(a_, 7);
  EXPECT_THAT(Actions(), ElementsAre("read a after 6"));
  GivePage(Messages(a_, 7, 7));
  EXPECT_THAT(Actions(), ElementsAre("follow a from 8"));
  feeds_.OnLevel(ticket(a_));
  HandOut({RemovalOf(a_, 8, "bob")});
  EXPECT_THAT(Actions(), ElementsAre("unfollow a")) << "this one counts";
  EXPECT_THAT(Sent(), ElementsAre("a4", "a7", "a caught up at 7", "a8"));
}

TEST_F(ChatFeedsTest, AReturnThatIsHeardOfBeforeTheRemovalShowsNothingBetween) {
  OpenLevel();
  feeds_.OnRoomJoined(a_, 7);
  HandOut({RemovalOf(a_, 4, "bob"), MessageOf(a_, 5)});
  EXPECT_THAT(Actions(), ElementsAre("unfollow a", "read a after 6"));
}

TEST_F(ChatFeedsTest, AReturnThatWasHeardOfIsKnownAfterALag) {
  OpenLevel();
  feeds_.OnRoomJoined(a_, 7);
  HandOut(Messages(a_, 4, 4, kMaxLiveBytes));
  EXPECT_THAT(Actions(), ElementsAre("unfollow a", "read a after 3"));
  GivePage({MessageOf(a_, 4), RemovalOf(a_, 5, "bob"), MessageOf(a_, 6)}, /*has_more=*/true);
  EXPECT_THAT(Actions(), ElementsAre("read a after 6"));
}

TEST_F(ChatFeedsTest, WhoLagsStillLearnsOfTheRemovalLast) {
  OpenLevel();
  HandOut({MessageOf(a_, 4), RemovalOf(a_, 5, "bob")});
  HandOut(Messages(b_, 2, 2, kMaxLiveBytes));
  EXPECT_THAT(Actions(), ElementsAre("unfollow a", "read a after 3", "unfollow b"));
  GivePage({MessageOf(a_, 4), RemovalOf(a_, 5, "bob"), MessageOf(a_, 6)});
  EXPECT_THAT(Sent(), ElementsAre("lagged 2", "a4", "a5"));
  EXPECT_THAT(Actions(), ElementsAre("read b after 1"));
}

TEST_F(ChatFeedsTest, WhatWasSeenBeforeAReturnIsNotLostToALag) {
  OpenLevel();
  HandOut({MessageOf(a_, 4), RemovalOf(a_, 5, "bob")});
  feeds_.OnRoomJoined(a_, 7);
  GivePage(Messages(a_, 7, 7));
  Actions();
  feeds_.OnLevel(ticket(a_));
  HandOut(Messages(a_, 8, 8));
  HandOut(Messages(a_, 9, 9, kMaxLiveBytes));
  EXPECT_THAT(Actions(), ElementsAre("unfollow a", "read a after 7"));
  EXPECT_THAT(Sent(), ElementsAre("a4", "a5", "a7", "a caught up at 7", "lagged 1"));
}

TEST_F(ChatFeedsTest, ThatARoomIsDeletedIsTheLastThatIsSeenOfIt) {
  OpenLevel();
  feeds_.OnRoomJoined(a_, 9);
  HandOut({DeletionOf(a_, 4)});
  EXPECT_THAT(Actions(), ElementsAre("unfollow a")) << "there is nothing to come back to";
  EXPECT_FALSE(feeds_.IsInRoom(a_));
  EXPECT_THAT(Sent(), ElementsAre("a4"));
}

TEST_F(ChatFeedsTest, ARoomThatWasMadeAndDeletedUnheardOfIsNotToldOf) {
  feeds_.OnRoomJoined(a_, 1);
  Open({});
  EXPECT_THAT(Actions(), ElementsAre("read a after 0"));
  GivePage({});
  EXPECT_THAT(Actions(), ElementsAre("follow a from 1"));
  EXPECT_FALSE(feeds_.OnLevel(ticket(a_)));
  EXPECT_FALSE(HandOut({DeletionOf(a_, 1)}));
  EXPECT_THAT(Actions(), ElementsAre("unfollow a"));
  EXPECT_FALSE(feeds_.IsInRoom(a_));
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(ChatFeedsTest, ARoomOfWhichAReadKnewNothingYetIsCaughtUpAllTheSame) {
  feeds_.OnRoomJoined(a_, 1);
  Open({});
  GivePage({});
  Actions();
  EXPECT_FALSE(feeds_.OnLevel(ticket(a_)));
  EXPECT_FALSE(HandOut(Messages(a_, 1, 1)));
  EXPECT_THAT(Actions(), ElementsAre("unfollow a", "read a after 0"));
  GivePage(Messages(a_, 1, 1));
  Actions();
  EXPECT_TRUE(feeds_.OnLevel(ticket(a_)));
  EXPECT_THAT(Sent(), ElementsAre("a1", "a caught up at 1"));
}

TEST_F(ChatFeedsTest, ARoomThatIsDeletedAfterAnUnheardOfReturnIsNotToldOf) {
  OpenLevel();
  HandOut({RemovalOf(a_, 4, "bob")});
  feeds_.OnRoomJoined(a_, 7);
  GivePage({});
  EXPECT_THAT(Actions(), ElementsAre("unfollow a", "read a after 6", "follow a from 7"));
  EXPECT_FALSE(feeds_.OnLevel(ticket(a_)));
  EXPECT_FALSE(HandOut({DeletionOf(a_, 7)}));
  EXPECT_THAT(Actions(), ElementsAre("unfollow a"));
  EXPECT_THAT(Sent(), ElementsAre("a4"));
}

TEST_F(ChatFeedsTest, OfARoomThatCameByItsEventsTheDeletionIsToldOf) {
  Open({});
  feeds_.OnRoomJoined(a_, 1);
  GivePage(Messages(a_, 1, 1));
  EXPECT_THAT(Actions(), ElementsAre("read a after 0", "follow a from 2"));
  feeds_.OnLevel(ticket(a_));
  EXPECT_TRUE(HandOut({DeletionOf(a_, 2)}));
  EXPECT_THAT(Sent(), ElementsAre("a1", "a caught up at 1", "a2"));
}

TEST_F(ChatFeedsTest, ARoomThatIsDeletedWhileItCatchesUpIsToldOfByTheHub) {
  Open({In(a_, 9)}, {{a_, 3}});
  Actions();
  GivePage({});  // there is no log any more
  EXPECT_THAT(Actions(), ElementsAre("follow a from 4"));
  feeds_.OnLevel(ticket(a_));
  HandOut({DeletionOf(a_, 4)});
  EXPECT_THAT(Sent(), ElementsAre("a caught up at 3", "a4"));
}

// ---- Heartbeats ----

TEST_F(ChatFeedsTest, HeadsThatHaveChangedAreToldOnce) {
  OpenLevel();
  EXPECT_THAT(ChangedHeads(), IsEmpty());
  HandOut(Messages(a_, 4, 4));
  HandOut(Messages(a_, 5, 5));
  HandOut(Messages(b_, 2, 2));
  EXPECT_THAT(ChangedHeads(), ElementsAre("a5", "b2"));
  EXPECT_THAT(ChangedHeads(), IsEmpty());
}

TEST_F(ChatFeedsTest, HeadsAreNotToldOfWhatWasDroppedAndOfRoomsThatTheUserIsOutOf) {
  OpenLevel();
  HandOut({RemovalOf(b_, 2, "bob")});
  EXPECT_THAT(Sent(), ElementsAre("b2"));
  HandOut(Messages(a_, 4, 4));
  HandOut(Messages(a_, 5, 5, kMaxLiveBytes));
  EXPECT_THAT(ChangedHeads(), IsEmpty());
  GivePage(Messages(a_, 4, 5));
  EXPECT_THAT(ChangedHeads(), ElementsAre("a5"));
}

// ---- Epochs ----

TEST_F(ChatFeedsTest, RoomsOfAnEpochThatIsKnownToBeOverAreNotOpened) {
  feeds_.OnEpoch("next");
  EXPECT_FALSE(feeds_.Enter("epoch"));
  EXPECT_THAT(Actions(), ElementsAre("end"));
  EXPECT_TRUE(feeds_.Enter("next"));
}

TEST_F(ChatFeedsTest, TheStreamEndsWithItsEpoch) {
  OpenLevel();
  feeds_.OnEpoch("epoch");
  EXPECT_THAT(Actions(), IsEmpty());
  feeds_.OnEpoch("next");
  EXPECT_THAT(Actions(), ElementsAre("end"));
}

TEST_F(ChatFeedsTest, APageOfAnotherEpochEndsTheStream) {
  Open({In(a_, 9)}, {{a_, 3}});
  Actions();
  feeds_.OnPage(PageOf(Messages(a_, 4, 5), /*has_more=*/false, "next"));
  EXPECT_THAT(Sent(), IsEmpty());
  EXPECT_THAT(Actions(), ElementsAre("end"));
}

// ---- The end ----

TEST_F(ChatFeedsTest, NothingIsFedOnceItIsStopped) {
  Open({In(a_, 3), In(b_, 9)}, {{b_, 0}});
  Actions();
  feeds_.OnLevel(ticket(a_));
  feeds_.Stop();
  EXPECT_FALSE(HandOut(Messages(a_, 4, 4)));
  GivePage(Messages(b_, 1, 2), /*has_more=*/true);
  EXPECT_THAT(Sent(), ElementsAre("b1", "b2")) << "what was asked for";
  EXPECT_THAT(Actions(), IsEmpty());
}

TEST_F(ChatFeedsTest, WhatIsFollowedIsGivenUpHoweverTheHubHearsOfIt) {
  Open({In(a_, 3), In(b_, 3), In(c_, 3)}, {{c_, 0}});
  Actions();
  feeds_.OnLevel(ticket(a_));
  feeds_.Close();
  EXPECT_THAT(Actions(), ElementsAre("unfollow a", "unfollow b"));
  feeds_.OnLevel(ticket(b_));  // the hub heard of the end first
  EXPECT_THAT(Actions(), ElementsAre("unfollow b"));
}

}  // namespace
}  // namespace chatter::stream
