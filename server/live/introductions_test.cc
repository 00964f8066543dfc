#include "server/live/introductions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace chatter::live {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class IntroductionsTest : public ::testing::Test {
 protected:
  void Handle(const RoomKey& room, const std::vector<uint64_t>& seqs, bool adds = false,
              bool from_log = false) {
    std::vector<RoomEvent> events;
    for (const uint64_t seq : seqs) {
      events.push_back(
          {.room_id = room.room, .seq = seq, .created_at = {}, .actor_id = {}, .what = {}});
      if (adds) events.back().what = v1::MembersAdded();
    }
    introductions_.OnEvents(room, events, from_log, now_);
  }
  // After which events members are to be looked up.
  std::vector<uint64_t> Due() {
    std::vector<uint64_t> due;
    for (const auto& [tenant, places] : introductions_.TakeDue()) {
      for (const auto& place : places) due.push_back(place.after_seq);
    }
    return due;
  }
  std::vector<uint64_t> DueAfterPause() {
    now_ += Introductions::kPause;
    introductions_.EndPauses(now_);
    return Due();
  }
  static RoomKey NewRoom() { return {{*SchemaName::Parse("acme")}, RoomId::Generate(0)}; }

  const RoomKey room_ = NewRoom();
  SteadyTime now_;
  Introductions introductions_{2};
};

TEST_F(IntroductionsTest, ARoomThatThisNodeHasMadeIsNotLookedUp) {
  introductions_.OnTold(room_, 1);
  Handle(room_, {2});
  Handle(room_, {3, 4, 5});
  Handle(room_, {2, 5, 6});  // again, in part
  EXPECT_THAT(Due(), IsEmpty());
}

TEST_F(IntroductionsTest, AnotherNodesRoomIsLookedUpOnce) {
  Handle(room_, {7});
  EXPECT_THAT(Due(), ElementsAre(0));
  Handle(room_, {8});
  EXPECT_THAT(DueAfterPause(), IsEmpty());
}

TEST_F(IntroductionsTest, WhatOthersHaveAddedIsLookedUpButNotForEachEvent) {
  introductions_.OnTold(room_, 1);
  Handle(room_, {3});
  EXPECT_THAT(Due(), ElementsAre(1));
  for (uint64_t seq = 5; seq < 99; seq += 2) Handle(room_, {seq});
  EXPECT_THAT(Due(), IsEmpty());
  EXPECT_THAT(DueAfterPause(), ElementsAre(3));
  EXPECT_THAT(DueAfterPause(), IsEmpty());
  Handle(room_, {101});
  EXPECT_THAT(Due(), ElementsAre(97));
}

TEST_F(IntroductionsTest, AfterTheLogsHaveGoneBackAllIsLookedUpAnew) {
  introductions_.OnTold(room_, 9);
  introductions_.Forget({*SchemaName::Parse("other")});
  Handle(room_, {10});
  EXPECT_THAT(Due(), IsEmpty());
  introductions_.Forget(room_.tenant);
  Handle(room_, {4});
  EXPECT_THAT(Due(), ElementsAre(0));
}

TEST_F(IntroductionsTest, FindsAGapAmongEventsThatComeAgain) {
  introductions_.OnTold(room_, 5);
  Handle(room_, {3, 7});
  EXPECT_THAT(Due(), ElementsAre(5));
}

TEST_F(IntroductionsTest, EventsOfTheLogTellOfMembersOnlyHere) {
  introductions_.OnTold(room_, 1);
  Handle(room_, {2}, /*adds=*/true);
  EXPECT_THAT(Due(), IsEmpty()) << "the bus tells of these";
  Handle(room_, {3}, /*adds=*/true, /*from_log=*/true);
  EXPECT_THAT(Due(), ElementsAre(2));
}

TEST_F(IntroductionsTest, WhatFailedIsLookedUpAgainAfterAPause) {
  Handle(room_, {7});
  EXPECT_THAT(Due(), ElementsAre(0));
  introductions_.OnFailed(room_, 0);
  Handle(room_, {8});
  EXPECT_THAT(Due(), IsEmpty());
  EXPECT_THAT(DueAfterPause(), ElementsAre(0));
  Handle(room_, {9});
  EXPECT_THAT(DueAfterPause(), IsEmpty());
}

TEST_F(IntroductionsTest, RemembersTheRoomsThatAreUsed) {
  introductions_.OnTold(room_, 1);
  for (uint64_t seq = 2; seq < 10; ++seq) {
    introductions_.OnTold(NewRoom(), 1);
    Handle(room_, {seq});
    EXPECT_THAT(Due(), IsEmpty());
  }
  for (int i = 0; i < 4; ++i) introductions_.OnTold(NewRoom(), 1);
  Handle(room_, {10});
  EXPECT_THAT(Due(), ElementsAre(0));
}

}  // namespace
}  // namespace chatter::live
