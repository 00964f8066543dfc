#include "server/live/hub.h"

#include <atomic>
#include <future>
#include <memory>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/postgres/blocking_session.h"
#include "tests/support/await.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::live {
namespace {

using test::CoreStack;
using test::TestDatabase;

// Counts what it is handed.
class Listener final : public RoomFollower {
 public:
  void OnLevel(Ticket, Flushes&) override { level = true; }
  void OnBehind(Ticket) override {}
  void OnOtherEpoch() override { other_epoch = true; }
  void OnRoomEvents(Ticket ticket, const std::vector<EncodedRun>& runs, Flushes&) override {
    tickets.push_back(ticket);
    events += static_cast<int>(runs.size());
  }
  void OnNotice(Ticket, const std::string&, const EncodedEvent&, Flushes&) override {}

  std::vector<Ticket> tickets;  // for which it was handed events
  std::atomic<bool> level = false;
  std::atomic<bool> other_epoch = false;
  std::atomic<int> events = 0;
};

// What another node stores is found by the checks of the heads.
TEST(HubTest, ALockedTenantKeepsNobodysHeadsFromBeingChecked) {
  const TestDatabase database;
  CoreStack stack(database.url());
  const auto node = postgres::Database::Create({.url = database.url()}, [](bool) {});
  ASSERT_TRUE(node.ok());
  postgres::TenantDatabases tenants(**node);
  store::EventReader reader(tenants);
  store::EpochStore epochs(tenants);
  const auto encode = [](std::span<const RoomEvent> events) {
    return std::vector<EncodedRun>(events.size());
  };
  LogPages pages(reader, encode, Clock::Real());
  bus::InProcessBus bus;
  Hub hub(2, reader, epochs, pages, bus, Clock::Real(), encode);
  const auto epoch_of = [&](const TenantKey& tenant) {
    return test::Await<Epoch>([&](auto done) {
             stack.stores.epochs.Begin(tenant, "none that is", test::Soon(), std::move(done));
           })
        .value();
  };
  const auto follow = [&](const RoomKey& room) {
    auto listener = std::make_shared<Listener>();
    hub.Follow(room, 2, epoch_of(room.tenant), listener, /*ticket=*/0);
    while (!listener->level) std::this_thread::yield();
    return listener;
  };
  // Returns when the room's thread has begun with it.
  const auto check_heads = [&](const RoomKey& room) {
    std::promise<void> begun;
    hub.CheckHeads();
    hub.RunAfterEvents(room, [&](Flushes&) { begun.set_value(); });
    begun.get_future().wait();
  };
  const TenantKey acme = database.AddTenant("acme");
  const TenantKey other = database.AddTenant("other");
  // So many that, if each had to wait for a check of the locked tenant, the test would never end.
  constexpr int kRooms = 30;
  std::vector<RoomKey> rooms;
  std::vector<std::shared_ptr<Listener>> listeners;
  for (int i = 0; i < kRooms; ++i) {
    const std::vector<std::string> members = {"alice", absl::StrCat("user", i)};
    follow({acme, stack.AddRoom(acme, members)});
    rooms.push_back({other, stack.AddRoom(other, members)});
    listeners.push_back(follow(rooms.back()));
  }
  auto locker = postgres::BlockingSession::Open(database.url());
  ASSERT_TRUE(locker.ok());
  ASSERT_TRUE(locker->Execute("BEGIN; LOCK TABLE acme.chatter_room, acme.chatter_event").ok());
  check_heads(rooms.front());
  for (size_t i = 0; i < rooms.size(); ++i) {
    ASSERT_TRUE(stack.Send(rooms[i], "alice", "1", "hello").ok());
    while (listeners[i]->events == 0) check_heads(rooms[i]);
  }
  ASSERT_TRUE(locker->Execute("ROLLBACK").ok());
  (*node)->Stop();
}

// Knows what its node wants to hear of.
class CountingBus final : public bus::Bus {
 public:
  void Publish(bus::Message) override {}
  void Follow(const RoomKey&) override { ++rooms; }
  void Unfollow(const RoomKey&) override { --rooms; }
  void Follow(const UserKey&) override { ++users; }
  void Unfollow(const UserKey&) override { --users; }

  std::atomic<int> rooms = 0;
  std::atomic<int> users = 0;
};

class UserListener final : public UserFollower {
 public:
  void OnRoomJoined(const RoomId&, uint64_t) override {}
  void OnEpoch(const Epoch&) override {}
  void OnUserNotice(const EncodedEvent&, Flushes&) override {}
};

class HubInterestTest : public testing::Test {
 protected:
  std::shared_ptr<Listener> Follow(const Epoch& epoch) {
    auto listener = std::make_shared<Listener>();
    hub_.Follow(room_, 2, epoch, listener, /*ticket=*/0);
    while (!listener->level) std::this_thread::yield();
    return listener;
  }
  // Returns when all that the hub has been told of the room has been done.
  void Finish() {
    std::promise<void> done;
    hub_.RunAfterEvents(room_, [&](Flushes&) { done.set_value(); });
    done.get_future().wait();
  }

  const TestDatabase database_;
  CountingBus bus_;
  CoreStack stack_{database_.url()};
  const TenantKey tenant_ = database_.AddTenant("acme");
  const RoomKey room_{tenant_, stack_.AddRoom(tenant_, {"alice", "bob"})};
  const UserKey alice_{tenant_, "alice"};
  const Epoch epoch_ = *test::Await<Epoch>([&](auto done) {
    stack_.stores.epochs.Begin(tenant_, "none that is", test::Soon(), std::move(done));
  });
  Hub hub_{
      2,
      stack_.stores.events,
      stack_.stores.epochs,
      stack_.log.pages,
      bus_,
      Clock::Real(),
      [](std::span<const RoomEvent> events) { return std::vector<EncodedRun>(events.size()); }};
  // Before the hub goes.
  const std::shared_ptr<void> stopped_{nullptr, [this](void*) { stack_.database->Stop(); }};
};

TEST_F(HubInterestTest, TheBusKnowsWhichRoomsAreFollowed) {
  const auto first = Follow(epoch_);
  const auto second = Follow(epoch_);
  EXPECT_EQ(bus_.rooms, 1);
  hub_.Unfollow(room_, first, /*ticket=*/0);
  hub_.Unfollow(room_, first, /*ticket=*/0);
  Finish();
  EXPECT_EQ(bus_.rooms, 1);
  hub_.Unfollow(room_, second, /*ticket=*/0);
  Finish();
  EXPECT_EQ(bus_.rooms, 0);
}

TEST_F(HubInterestTest, WhatIsGivenUpIsWhatTheTicketSays) {
  const auto listener = Follow(epoch_);
  hub_.Follow(room_, 2, epoch_, listener, /*ticket=*/1);
  hub_.Unfollow(room_, listener, /*ticket=*/0);
  hub_.OnEvents({{room_,
                  {{.room_id = room_.room,
                    .seq = 2,
                    .created_at = {},
                    .actor_id = "alice",
                    .what = MessageSent{}}}}});
  Finish();
  EXPECT_EQ(listener->tickets, std::vector<Ticket>{1});
}

TEST_F(HubInterestTest, NobodyFollowsARoomThatIsDeleted) {
  Follow(epoch_);
  hub_.OnEvents({{room_,
                  {{.room_id = room_.room,
                    .seq = 2,
                    .created_at = {},
                    .actor_id = {},
                    .what = v1::RoomDeleted()}}}});
  Finish();
  EXPECT_EQ(bus_.rooms, 0);
}

TEST_F(HubInterestTest, NorOneInAnEpochThatHasEnded) {
  Follow("another");
  while (bus_.rooms != 0) std::this_thread::yield();
}

TEST_F(HubInterestTest, TheBusKnowsWhichUsersAreFollowed) {
  const auto first = std::make_shared<UserListener>();
  const auto second = std::make_shared<UserListener>();
  hub_.FollowUser(alice_, first);
  hub_.FollowUser(alice_, second);
  EXPECT_EQ(bus_.users, 1);
  hub_.UnfollowUser(alice_, first);
  hub_.UnfollowUser(alice_, first);
  EXPECT_EQ(bus_.users, 1);
  hub_.UnfollowUser(alice_, second);
  EXPECT_EQ(bus_.users, 0);
  hub_.UnfollowUser(alice_, second);
  EXPECT_EQ(bus_.users, 0);
}

}  // namespace
}  // namespace chatter::live
