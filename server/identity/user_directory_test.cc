#include "server/identity/user_directory.h"

#include <gtest/gtest.h>

#include "server/identity/test_fakes.h"

namespace chatter::identity {
namespace {

using Found = std::optional<User>;

class UserDirectoryTest : public testing::Test {
 protected:
  Answer<bool> Ask(const TenantKey& tenant, const std::string& user_id) {
    Answer<bool> answer;
    users_.IsActive(tenant, user_id, answer.Slot());
    return answer;
  }

  const TenantKey acme_{*SchemaName::Parse("acme")};
  const TenantKey globex_{*SchemaName::Parse("globex")};
  const User alice_{.id = "alice", .display_name = "", .created_at = absl::UnixEpoch()};
  FakeClock clock_;
  HeldLookups<std::pair<TenantKey, std::string>, Found> lookups_;
  UserDirectory users_{[this](const TenantKey& tenant, const std::string& user_id,
                              SteadyTime deadline, Callback<Found> done) {
                         lookups_.Add({tenant, user_id}, deadline, std::move(done));
                       },
                       CacheOptions{.ttl = absl::Seconds(2)}, clock_};
};

TEST_F(UserDirectoryTest, KnowsActiveUsersOnly) {
  User gone = alice_;
  gone.active = false;
  for (const auto& [found, active] :
       {std::pair(Found(alice_), true), {Found(gone), false}, {Found(), false}}) {
    auto answer = Ask(acme_, "alice");
    lookups_.AnswerOldest(found);
    EXPECT_EQ(**answer, active);
    EXPECT_EQ(**Ask(acme_, "alice"), active);
    clock_.Advance(absl::Seconds(2));
  }
  EXPECT_EQ(lookups_.total(), 3u);
}

// What is cached for one tenant must never be found by another.
TEST_F(UserDirectoryTest, KeepsTenantsApart) {
  Ask(acme_, "alice");
  lookups_.AnswerOldest(Found(alice_));
  auto elsewhere = Ask(globex_, "alice");
  ASSERT_EQ(lookups_.held(), 1u);
  EXPECT_EQ(lookups_.oldest().key, std::pair(globex_, std::string("alice")));
  lookups_.AnswerOldest(Found());
  EXPECT_FALSE(**elsewhere);
  EXPECT_TRUE(**Ask(acme_, "alice"));
}

TEST_F(UserDirectoryTest, DoesntRememberThatALookupFailed) {
  auto answer = Ask(acme_, "alice");
  lookups_.AnswerOldest(DatabaseUnavailableError());
  EXPECT_FALSE(answer->ok());
  EXPECT_TRUE(Ask(acme_, "alice").pending());
}

}  // namespace
}  // namespace chatter::identity
