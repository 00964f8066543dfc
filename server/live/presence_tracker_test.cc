#include "server/live/presence_tracker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace chatter::live {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using enum PresenceStatus;

class SilentStream final : public PresenceStream {
 public:
  void OnPresence(const EncodedEvent&, Flushes&) override {}
};

class PresenceTrackerTest : public ::testing::Test {
 protected:
  static UserKey User(const std::string& user_id, const std::string& tenant = "acme") {
    return {{*SchemaName::Parse(tenant)}, user_id};
  }
  // A stream of the user, and what the table says of them.
  PresenceTracker::StreamPtr Open(const UserKey& user,
                                  const store::PresenceStore::State& state = {}) {
    const auto stream = std::make_shared<SilentStream>();
    tracker_.Open(stream, user);
    tracker_.Learn(user, state, tracker_.now());
    return stream;
  }
  void Close(const PresenceTracker::StreamPtr& stream) { tracker_.Close(stream, steady_, now_); }
  void Pass(absl::Duration time) {
    now_ += time;
    steady_ += time;
    tracker_.EndGraces(steady_);
  }
  PresenceStatus StatusOf(const UserKey& user) {
    const auto presence = tracker_.Find(user);
    return presence.has_value() ? presence->status : kOffline;
  }
  // Of whom watchers are to be told; the tenant is acme.
  std::vector<std::string> Changed() {
    auto changed = tracker_.TakeChanged();
    return changed[TenantKey{*SchemaName::Parse("acme")}];
  }

  SteadyTime steady_;
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  PresenceTracker tracker_{absl::Seconds(10)};
};

TEST_F(PresenceTrackerTest, TheMostPresentDeviceCounts) {
  const auto laptop = Open(User("alice"));
  const auto phone = Open(User("alice"));
  EXPECT_EQ(StatusOf(User("alice")), kOnline);
  tracker_.SetStatus(laptop, kAway);
  EXPECT_EQ(StatusOf(User("alice")), kOnline);
  tracker_.SetStatus(phone, kAway);
  EXPECT_EQ(StatusOf(User("alice")), kAway);
  tracker_.SetStatus(laptop, kOnline);
  Close(laptop);
  EXPECT_EQ(StatusOf(User("alice")), kAway);
}

TEST_F(PresenceTrackerTest, WatchersWatchAndMakeNobodyPresent) {
  const auto alice = Open(User("alice"));
  const auto watcher = std::make_shared<SilentStream>();
  tracker_.Open(watcher, User("bob"), PresenceTracker::Role::kWatcher);
  tracker_.Watch(watcher, {"alice", "bob"});
  tracker_.SetStatus(watcher, kAway);
  EXPECT_EQ(StatusOf(User("bob")), kOffline);
  EXPECT_THAT(tracker_.WatchersOf(User("alice")), testing::SizeIs(1));
  Close(watcher);
  Pass(absl::Seconds(11));
  EXPECT_TRUE(tracker_.TakeUnwritten().empty());
  EXPECT_THAT(tracker_.WatchersOf(User("alice")), testing::IsEmpty());
  EXPECT_EQ(tracker_.users(), 1u);
}

TEST_F(PresenceTrackerTest, ReconnectsDontShow) {
  const auto bob = Open(User("bob"));
  tracker_.Watch(bob, {"alice"});
  auto alice = Open(User("alice"));
  Changed();
  for (int i = 0; i < 5; ++i) {
    Close(alice);
    Pass(absl::Milliseconds(9'999));
    alice = Open(User("alice"));
    Pass(absl::Milliseconds(1));
    EXPECT_EQ(StatusOf(User("alice")), kOnline);
  }
  EXPECT_THAT(Changed(), IsEmpty());
}

TEST_F(PresenceTrackerTest, WhoStaysAwayWasLastSeenAtTheEndOfTheLastStream) {
  const auto bob = Open(User("bob"));
  tracker_.Watch(bob, {"alice"});
  const auto alice = Open(User("alice"));
  tracker_.SetStatus(alice, kAway);
  EXPECT_THAT(Changed(), ElementsAre("alice"));
  const absl::Time closed_at = now_;
  Close(alice);
  Pass(absl::Milliseconds(9'999));
  EXPECT_EQ(StatusOf(User("alice")), kAway);
  EXPECT_THAT(Changed(), IsEmpty());
  Pass(absl::Milliseconds(1));
  EXPECT_EQ(tracker_.Find(User("alice")),
            (UserPresence{.user_id = "alice", .last_seen_at = closed_at}));
  EXPECT_THAT(Changed(), ElementsAre("alice"));
  const auto unwritten = tracker_.TakeUnwritten();
  ASSERT_EQ(unwritten.size(), 1u);
  EXPECT_EQ(unwritten.begin()->second.front().user_id, "alice");
  EXPECT_EQ(unwritten.begin()->second.front().at, closed_at);
}

TEST_F(PresenceTrackerTest, UntilTheTableHasSpokenNobodyIsThere) {
  tracker_.Open(std::make_shared<SilentStream>(), User("alice"));
  EXPECT_FALSE(tracker_.Find(User("alice")).has_value());
  EXPECT_EQ(tracker_.TakeUnread().size(), 1u);
  EXPECT_TRUE(tracker_.Learn(User("alice"), {}, tracker_.now()));
  EXPECT_EQ(StatusOf(User("alice")), kOnline);
}

TEST_F(PresenceTrackerTest, TheInvisibleAreOfflineSinceTheyWereLastSeen) {
  const absl::Time seen_at = now_ - absl::Hours(1);
  const auto alice = Open(User("alice"), {.invisible = true, .last_seen_at = seen_at});
  const UserPresence hidden{.user_id = "alice", .last_seen_at = seen_at};
  EXPECT_EQ(tracker_.Find(User("alice")), hidden);
  tracker_.SetInvisible(User("alice"), false);
  EXPECT_EQ(StatusOf(User("alice")), kOnline);
  tracker_.SetInvisible(User("alice"), true);
  EXPECT_EQ(tracker_.Find(User("alice")), hidden);
  Close(alice);
  Pass(absl::Seconds(10));
  EXPECT_THAT(tracker_.TakeUnwritten(), IsEmpty());
}

TEST_F(PresenceTrackerTest, ThatAnInvisibleUserComesIsNoNews) {
  const auto bob = Open(User("bob"));
  tracker_.Watch(bob, {"alice"});
  EXPECT_TRUE(tracker_.Learn(User("alice"), {.invisible = true}, tracker_.now()));
  tracker_.Open(std::make_shared<SilentStream>(), User("alice"));
  EXPECT_FALSE(tracker_.Learn(User("alice"), {.invisible = true}, tracker_.now()));
  EXPECT_THAT(tracker_.TakeChanged(), IsEmpty());
}

// An answer that was on its way when the user became invisible.
TEST_F(PresenceTrackerTest, AnAnswerThatIsOutOfDateRevealsNobody) {
  const auto bob = Open(User("bob"));
  tracker_.Watch(bob, {"alice"});
  const uint64_t watched = tracker_.now();
  tracker_.Open(std::make_shared<SilentStream>(), User("alice"));
  EXPECT_FALSE(tracker_.Learn(User("alice"), {}, watched)) << "asked before the stream came";
  EXPECT_FALSE(tracker_.Find(User("alice")).has_value());
  const uint64_t opened = tracker_.now();
  tracker_.SetInvisible(User("alice"), true);
  tracker_.Learn(User("alice"), {.invisible = false}, opened);
  EXPECT_EQ(StatusOf(User("alice")), kOffline);
  tracker_.Learn(User("alice"), {.invisible = false}, tracker_.now());
  EXPECT_EQ(StatusOf(User("alice")), kOnline);
}

TEST_F(PresenceTrackerTest, AListOfWhomToWatchTakesThePlaceOfTheOneBefore) {
  const auto bob = Open(User("bob"));
  tracker_.Watch(bob, {"alice", "carol"});
  tracker_.Watch(bob, {"carol", "dave"});
  EXPECT_THAT(tracker_.WatchedBy(bob), UnorderedElementsAre(User("carol"), User("dave")));
  EXPECT_THAT(tracker_.WatchersOf(User("alice")), IsEmpty());
  for (const char* user_id : {"alice", "carol", "dave"}) {
    tracker_.Learn(User(user_id), {}, tracker_.now());
    tracker_.Open(std::make_shared<SilentStream>(), User(user_id));
    tracker_.Learn(User(user_id), {}, tracker_.now());
    tracker_.SetInvisible(User(user_id), true);
  }
  EXPECT_THAT(Changed(), UnorderedElementsAre("carol", "dave"));
}

TEST_F(PresenceTrackerTest, TenantsWithTheSameNamesDontSeeEachOther) {
  const auto bob = Open(User("bob", "globex"));
  tracker_.Watch(bob, {"alice"});
  tracker_.Learn(User("alice", "globex"), {}, tracker_.now());
  const auto alice = Open(User("alice", "acme"));
  tracker_.SetStatus(alice, kAway);
  EXPECT_EQ(StatusOf(User("alice", "acme")), kAway);
  EXPECT_EQ(StatusOf(User("alice", "globex")), kOffline);
  EXPECT_THAT(tracker_.TakeChanged(), IsEmpty());
  tracker_.SetInvisible(User("alice", "globex"), true);
  EXPECT_EQ(StatusOf(User("alice", "acme")), kAway);
}

TEST_F(PresenceTrackerTest, NothingIsLeftOnceAllIsDone) {
  const auto bob = Open(User("bob"));
  tracker_.Watch(bob, {"alice", "carol", "bob"});
  const auto alice = Open(User("alice"));
  Close(alice);
  Close(bob);
  Close(bob);  // twice is as good as once
  EXPECT_EQ(tracker_.users(), 2u) << "in the grace";
  Pass(absl::Seconds(10));
  const auto unwritten = tracker_.TakeUnwritten();
  for (const auto& [tenant, seen] : unwritten) {
    for (const auto& one : seen) tracker_.GiveBackUnwritten({tenant, one.user_id});
  }
  EXPECT_EQ(tracker_.users(), 2u) << "not written yet";
  for (const auto& [tenant, seen] : tracker_.TakeUnwritten()) tracker_.Written(tenant, seen);
  EXPECT_EQ(tracker_.users(), 0u);
  EXPECT_THAT(tracker_.TakeUnwritten(), IsEmpty());
}

}  // namespace
}  // namespace chatter::live
