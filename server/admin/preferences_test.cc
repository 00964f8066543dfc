#include "server/admin/preferences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/support/await.h"
#include "tests/support/callers.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::admin {
namespace {

using test::Await;
using test::CoreStack;
using test::ServiceOf;
using test::Soon;
using test::TestDatabase;
using test::UserOf;
using testing::ElementsAre;
using testing::IsEmpty;

class PreferencesTest : public testing::Test {
 protected:
  absl::StatusOr<UserPreferences> Update(const v1::Preferences& wanted,
                                         const std::vector<std::string>& mask) {
    const auto changed = Await<Preferences::Changed>([&](auto done) {
      preferences_.Update(UserOf(tenant_, "bob"), wanted, mask, std::move(done));
    });
    if (!changed.ok()) return changed.status();
    EXPECT_EQ(changed->user, (UserKey{tenant_, "bob"}));
    return changed->preferences;
  }
  absl::StatusOr<UserPreferences> Get() {
    return Await<UserPreferences>(
        [&](auto done) { preferences_.Get(UserOf(tenant_, "bob"), std::move(done)); });
  }
  absl::StatusOr<RoomPreferences> UpdateForRoom(const v1::RoomPreferences& wanted,
                                                const std::vector<std::string>& mask) {
    const auto changed = Await<Preferences::RoomChanged>([&](auto done) {
      preferences_.UpdateForRoom(UserOf(tenant_, "bob"), room_.room.ToString(), wanted, mask,
                                 std::move(done));
    });
    if (!changed.ok()) return changed.status();
    return changed->preferences;
  }
  absl::StatusOr<Page<std::string>> ListRecipients(uint64_t seq) {
    v1::ListRecipientsRequest request;
    request.set_room_id(room_.room.ToString());
    request.set_seq(seq);
    return Await<Page<std::string>>([&](auto done) {
      preferences_.ListRecipients(ServiceOf(tenant_), request, std::move(done));
    });
  }

  TestDatabase database_;
  const TenantKey tenant_ = database_.AddTenant("acme");
  CoreStack stack_{database_.url()};
  store::PreferenceStore store_{stack_.control, stack_.tenants};
  Preferences preferences_{store_, stack_.log.bus, Clock::Real()};
  const RoomKey room_{tenant_, stack_.AddRoom(tenant_, {"alice", "bob"})};
};

TEST_F(PreferencesTest, WhatIsntNamedStays) {
  v1::Preferences wanted;
  wanted.mutable_do_not_disturb()->set_from_minute(1'320);
  wanted.mutable_do_not_disturb()->set_to_minute(420);
  wanted.set_invisible(true);
  ASSERT_TRUE(Update(wanted, {"do_not_disturb"}).ok());
  auto now = Get();
  ASSERT_TRUE(now.ok() && now->do_not_disturb.has_value());
  EXPECT_EQ(now->do_not_disturb->from_minute, 1'320);
  EXPECT_EQ(now->do_not_disturb->time_zone, "");
  EXPECT_FALSE(now->invisible);
  now = Update(wanted, {"invisible", "hides_read_marks"});
  ASSERT_TRUE(now.ok());
  EXPECT_TRUE(now->invisible);
  EXPECT_FALSE(now->hides_read_marks);
  EXPECT_EQ(now->do_not_disturb->to_minute, 420);
}

// When somebody was last there is in the same row.
TEST_F(PreferencesTest, WhatElseIsKnownOfTheUserStays) {
  database_.Execute(
      "INSERT INTO acme.chatter_user_state (user_id, last_seen_at) VALUES ('bob', now())");
  v1::Preferences wanted;
  wanted.set_invisible(true);
  ASSERT_TRUE(Update(wanted, {"invisible"}).ok());
  EXPECT_EQ(database_.Execute("SELECT invisible AND last_seen_at IS NOT NULL "
                              "FROM acme.chatter_user_state"),
            "t");
}

TEST_F(PreferencesTest, AnUnknownTimeZoneChangesNothing) {
  v1::Preferences wanted;
  wanted.set_invisible(true);
  wanted.mutable_do_not_disturb()->set_time_zone("Europe/Atlantis");
  const auto refused = Update(wanted, {"do_not_disturb", "invisible"});
  EXPECT_EQ(ReasonOf(refused.status()), v1::ERROR_REASON_INVALID_FIELD);
  EXPECT_FALSE(Get()->invisible);
  wanted.mutable_do_not_disturb()->set_time_zone("Asia/Calcutta");  // an old name
  EXPECT_TRUE(Update(wanted, {"do_not_disturb"}).ok());
}

TEST_F(PreferencesTest, WhateverZoneTheMachineIsInIsNobodys) {
  for (const char* zone : {"localtime", "posixrules"}) {
    v1::Preferences wanted;
    wanted.mutable_do_not_disturb()->set_time_zone(zone);
    EXPECT_EQ(ReasonOf(Update(wanted, {"do_not_disturb"}).status()), v1::ERROR_REASON_INVALID_FIELD)
        << zone;
  }
}

TEST_F(PreferencesTest, AMuteMayLastAsLongAsTimeCanBeTold) {
  constexpr int64_t kLastSecond = 253'402'300'799;
  v1::RoomPreferences wanted;
  wanted.mutable_muted_until()->set_seconds(kLastSecond);
  wanted.mutable_muted_until()->set_nanos(999'999'000);
  const auto now = UpdateForRoom(wanted, {"muted_until"});
  ASSERT_TRUE(now.ok() && now->muted_until.has_value());
  EXPECT_EQ(*now->muted_until, absl::FromUnixSeconds(kLastSecond) + absl::Microseconds(999'999));
}

TEST_F(PreferencesTest, AMuteThatIsOverIsNone) {
  for (const int64_t seconds : {int64_t{-62'135'596'800}, int64_t{1'000'000'000}}) {
    v1::RoomPreferences wanted;
    wanted.mutable_muted_until()->set_seconds(seconds);
    const auto now = UpdateForRoom(wanted, {"muted_until"});
    ASSERT_TRUE(now.ok()) << now.status();
    EXPECT_EQ(now->muted_until, std::nullopt);
  }
}

TEST_F(PreferencesTest, RecipientsAreThoseWhoWantToKnow) {
  const auto sent = stack_.Send(room_, "alice", "1", "hello");
  ASSERT_TRUE(sent.ok());
  const auto page = ListRecipients(sent->seq);
  ASSERT_TRUE(page.ok());
  EXPECT_THAT(page->entries, ElementsAre("bob"));
  EXPECT_EQ(page->next_page_token, "");
  v1::RoomPreferences none;
  none.set_notifications(v1::NOTIFICATION_LEVEL_NONE);
  ASSERT_TRUE(UpdateForRoom(none, {"notifications"}).ok());
  EXPECT_THAT(ListRecipients(sent->seq)->entries, IsEmpty());
}

}  // namespace
}  // namespace chatter::admin
