#include "server/rooms/read_states.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "server/identity/test_fakes.h"
#include "server/rooms/walks.h"
#include "tests/support/await.h"
#include "tests/support/callers.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::rooms {
namespace {

using store::ReadStateStore;
using test::CoreStack;
using test::Soon;
using test::TestDatabase;

class ReadStatesTest : public testing::Test {
 protected:
  UserCaller User(const std::string& user_id) const { return test::UserOf(tenant_, user_id); }
  // The user has something to wait for.
  std::optional<Turnstile::Pass> Busy(const std::string& user_id) {
    std::optional<Turnstile::Pass> busy;
    stack_.conversation.walks.Enter(WalkGroup({tenant_, user_id}),
                                    [&busy](auto pass) { busy.emplace(*std::move(pass)); });
    return busy;
  }
  absl::StatusOr<ReadStateStore::Unread> Count(const std::string& user_id) {
    return test::Await<ReadStateStore::Unread>(
        [&](auto done) { stack_.conversation.read_states.Count(User(user_id), std::move(done)); });
  }

  TestDatabase database_;
  const TenantKey tenant_ = database_.AddTenant("acme");
  CoreStack stack_{database_.url()};
  const RoomKey room_{tenant_, stack_.AddRoom(tenant_, {"alice", "bob"})};
};

TEST_F(ReadStatesTest, ManyWhoCountForOneUserAreOneReadAtATime) {
  std::optional<Turnstile::Pass> busy = Busy("bob");
  std::atomic<int> counted = 0;
  std::atomic<int> messages = 0;
  for (int i = 0; i < 100; ++i) {
    stack_.conversation.read_states.Count(User("bob"),
                                          [&](absl::StatusOr<ReadStateStore::Unread> unread) {
                                            if (unread.ok()) messages += unread->messages;
                                            ++counted;
                                          });
  }
  EXPECT_EQ(counted, 0);
  EXPECT_EQ(stack_.conversation.walks.stats().waiting, 1u) << "they share one";
  EXPECT_TRUE(Count("alice").ok()) << "others don't wait for them";
  // It hasn't begun: what is sent now is counted.
  ASSERT_TRUE(stack_.Send(room_, "alice", "1", "hello").ok());
  busy.reset();
  const auto last = Count("bob");  // one of its own, or the same
  ASSERT_TRUE(last.ok()) << last.status();
  EXPECT_EQ(last->messages, 1);
  while (counted < 100) std::this_thread::yield();
  EXPECT_EQ(messages, 100);
}

TEST_F(ReadStatesTest, WhoComesWhenTooManyWaitIsRefused) {
  const std::optional<Turnstile::Pass> busy = Busy("bob");
  std::vector<identity::Answer<ReadStateStore::Unread>> answers(ReadStates::kMaxWaiters + 1);
  for (auto& answer : answers) stack_.conversation.read_states.Count(User("bob"), answer.Slot());
  EXPECT_TRUE(answers[ReadStates::kMaxWaiters - 1].pending());
  ASSERT_FALSE(answers.back().pending());
  EXPECT_EQ(ReasonOf(answers.back()->status()), v1::ERROR_REASON_OVERLOADED);
}

}  // namespace
}  // namespace chatter::rooms
