// Two nodes over one database, and a bus between them that can't be relied on.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/live/hub.h"
#include "server/live/log_pages.h"
#include "server/postgres/database.h"
#include "server/postgres/databases.h"
#include "server/store/event_writer.h"
#include "server/wire/encode.h"
#include "tests/support/await.h"
#include "tests/support/core_stack.h"
#include "tests/support/faulty_bus.h"
#include "tests/support/test_database.h"

namespace chatter::live {
namespace {

using test::CoreStack;
using test::FaultyBus;
using test::TestDatabase;

struct Node {
  Node(const std::string& url, FaultyBus& all)
      : bus(all.AddNode()), database(*postgres::Database::Create({.url = url}, [](bool) {})) {
    bus.Listen([this](bus::Message message) {
      if (auto* commit = std::get_if<bus::Commit>(&message)) hub.OnEvents(std::move(*commit));
    });
  }
  ~Node() { database->Stop(); }

  FaultyBus::End& bus;
  std::unique_ptr<postgres::Database> database;
  postgres::TenantDatabases tenants{*database};
  store::EventReader reader{tenants};
  store::EpochStore epochs{tenants};
  LogPages pages{reader, wire::EncodeRoomEvents, Clock::Real()};
  Hub hub{2, reader, epochs, pages, bus, Clock::Real(), wire::EncodeRoomEvents};
  store::EventWriter writer{tenants,
                            [this](bus::Commit commit) { bus.Publish(std::move(commit)); }};
};

// Follows a room as a feed does: reads pages while it is behind.
class Follower final : public RoomFollower, public std::enable_shared_from_this<Follower> {
 public:
  Follower(Node& node, RoomKey room, Epoch epoch)
      : node_(node), room_(std::move(room)), epoch_(std::move(epoch)) {}

  void Follow() { node_.hub.Follow(room_, seq_ + 1, epoch_, shared_from_this(), kTicket); }
  // For good.
  void Unfollow() {
    has_left_ = true;
    node_.hub.Unfollow(room_, shared_from_this(), kTicket);
  }

  void OnLevel(Ticket, Flushes&) override {}
  void OnBehind(Ticket) override {
    node_.pages.Read(room_, seq_, epoch_,
                     [self = shared_from_this()](const absl::StatusOr<LogPages::PagePtr>& page) {
                       if (self->has_left_) return;
                       ASSERT_TRUE(page.ok()) << page.status();
                       self->Take((*page)->runs);
                       (*page)->has_more ? self->OnBehind(kTicket) : self->Follow();
                     });
  }
  void OnOtherEpoch() override { ADD_FAILURE(); }
  void OnRoomEvents(Ticket, const std::vector<EncodedRun>& runs, Flushes&) override { Take(runs); }
  void OnNotice(Ticket, const std::string&, const EncodedEvent&, Flushes&) override {}

  const RoomKey& room() const { return room_; }
  uint64_t seq() const { return seq_; }  // all up to this one have come

 private:
  void Take(const std::vector<EncodedRun>& runs) {
    for (const EncodedRun& run : runs) {
      EXPECT_EQ(run.first_seq, seq_ + 1) << "each event once, and in order";
      seq_ = run.next_seq() - 1;
    }
  }

  static constexpr Ticket kTicket = 1;  // it follows its room once

  Node& node_;
  const RoomKey room_;
  const Epoch epoch_;
  std::atomic<uint64_t> seq_ = 0;
  std::atomic<bool> has_left_ = false;
};

class HubNodesTest : public testing::TestWithParam<uint64_t> {
 protected:
  HubNodesTest() {
    for (auto& node : nodes_) node = std::make_unique<Node>(database_.url(), bus_);
    for (const char* other : {"bob", "carol", "dave"}) {
      rooms_.push_back({tenant_, stack_.AddRoom(tenant_, {"alice", other})});
    }
    epoch_ = *test::Await<Epoch>([&](auto done) {
      stack_.stores.epochs.Begin(tenant_, "none that is", test::Soon(), std::move(done));
    });
  }
  template <typename Of>
  Of& Any(std::vector<Of>& list) {
    return list[random_() % list.size()];
  }
  Node& AnyNode() { return *nodes_[random_() % std::size(nodes_)]; }
  void AddFollower(Node& node, const RoomKey& room) {
    followers_.push_back(std::make_shared<Follower>(node, room, epoch_));
    followers_.back()->Follow();
  }
  std::future<bool> Send() {
    auto stored = std::make_shared<std::promise<bool>>();
    AnyNode().writer.Append(
        {Any(rooms_), "alice", absl::StrCat("id", sent_++), "hello"}, test::Soon(),
        [stored](const absl::StatusOr<StoredMessage>& answer) { stored->set_value(answer.ok()); });
    return stored->get_future();
  }
  // As both hubs do every few seconds: returns when they have begun with it.
  void CheckHeads() {
    for (const auto& node : nodes_) {
      node->hub.CheckHeads();
      for (const RoomKey& room : rooms_) {
        std::promise<void> begun;
        node->hub.RunAfterEvents(room, [&](Flushes&) { begun.set_value(); });
        begun.get_future().wait();
      }
    }
  }

  std::mt19937_64 random_{GetParam()};
  const TestDatabase database_;
  const TenantKey tenant_ = database_.AddTenant("acme");
  CoreStack stack_{database_.url()};  // makes the rooms
  std::vector<RoomKey> rooms_;
  Epoch epoch_;
  FaultyBus bus_{GetParam()};
  std::vector<std::shared_ptr<Follower>> followers_;
  std::unique_ptr<Node> nodes_[2];
  int sent_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Seeds, HubNodesTest, testing::Values(1, 2, 3, 4));

TEST_P(HubNodesTest, EachFollowerGetsEachEventOnceAndInOrderWhateverTheBusDoes) {
  for (const RoomKey& room : rooms_) {
    for (const auto& node : nodes_) AddFollower(*node, room);
  }
  constexpr int kSends = 300;
  std::vector<std::future<bool>> answers;
  for (int i = 0; i < kSends; ++i) {
    answers.push_back(Send());
    if (random_() % 4 == 0) answers.back().wait();
    if (random_() % 20 == 0) AddFollower(AnyNode(), Any(rooms_));
    if (random_() % 20 == 0) {
      auto& leaver = Any(followers_);
      leaver->Unfollow();
      std::swap(leaver, followers_.back());
      followers_.pop_back();
    }
  }
  for (auto& answer : answers) ASSERT_TRUE(answer.get());
  bus_.DeliverAll();
  for (const auto& follower : followers_) {
    const uint64_t head = stack_.ReadLog(follower->room()).size();
    while (follower->seq() < head) CheckHeads();
    EXPECT_EQ(follower->seq(), head);
  }
}

}  // namespace
}  // namespace chatter::live
