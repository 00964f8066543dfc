#include "server/admin/settings_calls.h"

#include <gmock/gmock.h>

#include <string>
#include <variant>
#include <vector>

#include "server/model/errors.h"
#include "tests/support/await.h"
#include "tests/support/callers.h"
#include "tests/support/core_stack.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_database.h"

namespace chatter::admin {
namespace {

using test::Await;
using test::CoreStack;
using test::Soon;
using test::TestDatabase;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SettingsCallsTest : public ::testing::Test {
 protected:
  // What is remembered is looked up by deadlines of this clock, which the database has to meet.
  SettingsCallsTest() {
    clock_.Advance(absl::Hours(1));
    bus_.Listen([this](bus::Message message) {
      settings_.Forget(std::get<bus::SettingsChanged>(message).tenant);
    });
  }

  absl::StatusOr<Settings> Get(const TenantCaller& caller) {
    return Await<Settings>([&](auto done) { calls_.Get(caller, std::move(done)); });
  }

  absl::StatusOr<Settings> Update(const v1::Settings& settings,
                                  const std::vector<std::string>& mask) {
    return Await<Settings>(
        [&](auto done) { calls_.Update(service_, settings, mask, std::move(done)); });
  }

  v1::ErrorReason Refusal(const v1::Settings& settings, const std::vector<std::string>& mask) {
    return ReasonOf(Update(settings, mask).status());
  }

  TestDatabase database_;
  const TenantKey tenant_ = database_.AddTenant("acme");
  test::FakeClock clock_;  // stands still: what is remembered stays so
  CoreStack stack_{database_.url()};
  tenants::TenantSettings settings_{stack_.stores.settings, clock_};
  bus::InProcessBus bus_;
  SettingsCalls calls_{stack_.stores.settings, settings_, stack_.conversation.search_languages,
                       bus_};
  const UserCaller user_ = test::UserOf(tenant_, "alice");
  const ServiceCaller service_ = test::ServiceOf(tenant_);
};

TEST_F(SettingsCallsTest, WhatIsNotNamedStays) {
  v1::Settings settings;
  settings.add_disabled_features(v1::FEATURE_EDITING);
  settings.add_disabled_features(v1::FEATURE_REACTIONS);
  settings.mutable_rewrite_window()->set_seconds(900);
  settings.set_forgets_edits(true);
  ASSERT_TRUE(Update(settings, {"disabled_features"}).ok());
  auto now = Update(settings, {"rewrite_window", "forgets_edits"});
  ASSERT_TRUE(now.ok()) << now.status();
  EXPECT_THAT(now->disabled_features, ElementsAre(Feature::kEditing, Feature::kReactions));
  EXPECT_EQ(now->rewrite_window, absl::Minutes(15));
  EXPECT_TRUE(now->forgets_edits);
  now = Update({}, {"disabled_features", "rewrite_window", "forgets_edits"});
  ASSERT_TRUE(now.ok()) << now.status();
  EXPECT_THAT(now->disabled_features, IsEmpty());
  EXPECT_EQ(now->rewrite_window, absl::InfiniteDuration());
  EXPECT_FALSE(now->forgets_edits);
}

TEST_F(SettingsCallsTest, AChangeIsSeenAtOnceByWhoeverAsksHere) {
  ASSERT_TRUE(Get(user_)->has(Feature::kEditing));
  v1::Settings settings;
  settings.add_disabled_features(v1::FEATURE_EDITING);
  ASSERT_TRUE(Update(settings, {"disabled_features"}).ok());
  EXPECT_FALSE(Get(user_)->has(Feature::kEditing));
}

TEST_F(SettingsCallsTest, OthersOfTheServerSeeItAfterTwoSeconds) {
  ASSERT_TRUE(Get(user_)->has(Feature::kEditing));
  const auto changed = Await<std::optional<Settings>>([&](auto done) {  // as by another server
    stack_.stores.settings.Change(tenant_, {.disabled_features = {{Feature::kEditing}}}, Soon(),
                                  std::move(done));
  });
  ASSERT_TRUE(changed.ok());
  EXPECT_TRUE(Get(user_)->has(Feature::kEditing));
  clock_.Advance(absl::Seconds(2));
  EXPECT_FALSE(Get(user_)->has(Feature::kEditing));
}

class SearchLanguageTest : public SettingsCallsTest {
 protected:
  SearchLanguageTest() { stack_.conversation.search_languages.Drain(); }  // what is wanted stays so

  // The settings as they are after `language` is asked for.
  Settings Ask(const std::string& language) {
    v1::Settings settings;
    settings.set_search_language(language);
    return *Update(settings, {"search_language"});
  }
};

TEST_F(SearchLanguageTest, TheOneThatIsInForceNeedsNoPreparing) {
  ASSERT_TRUE(Ask("english").search_language_change.has_value());
  database_.Execute(
      "UPDATE acme.chatter_settings SET search_language = 'english', "
      "wanted_search_language = NULL, search_language_wanted_at = NULL");
  const Settings again = Ask("english");
  EXPECT_EQ(again.search_language, "english");
  EXPECT_FALSE(again.search_language_change.has_value());

  ASSERT_TRUE(Ask("german").search_language_change.has_value());
  database_.Execute("UPDATE acme.chatter_settings SET search_language_failure = '53100'");
  EXPECT_FALSE(Ask("english").search_language_change.has_value()) << "there is nothing to undo";
}

TEST_F(SearchLanguageTest, TheOneThatIsBeingPreparedGoesOn) {
  const Settings first = Ask("english");
  const Settings again = Ask("english");
  ASSERT_TRUE(first.search_language_change.has_value() && again.search_language_change.has_value());
  EXPECT_EQ(again.search_language_change->requested_at, first.search_language_change->requested_at);
}

TEST_F(SettingsCallsTest, WhatMakesNoSenseIsRefused) {
  constexpr auto kInvalid = v1::ERROR_REASON_INVALID_FIELD;
  EXPECT_EQ(Refusal({}, {}), kInvalid);
  EXPECT_EQ(Refusal({}, {"colour"}), kInvalid);
  for (const int feature : {0, -1, 10'000}) {
    v1::Settings settings;
    settings.add_disabled_features(static_cast<v1::Feature>(feature));
    EXPECT_EQ(Refusal(settings, {"disabled_features"}), kInvalid) << feature;
  }
  v1::Settings twice;
  twice.add_disabled_features(v1::FEATURE_TYPING);
  twice.add_disabled_features(v1::FEATURE_TYPING);
  EXPECT_EQ(Refusal(twice, {"disabled_features"}), kInvalid);
  const int64_t most = int64_t{3'650} * 24 * 3'600;
  for (const auto& [seconds, nanos] :
       {std::pair<int64_t, int32_t>{0, 0}, {-1, 0}, {most + 1, 0}, {1, 1}, {0, 500'000'000}}) {
    v1::Settings settings;
    settings.mutable_rewrite_window()->set_seconds(seconds);
    settings.mutable_rewrite_window()->set_nanos(nanos);
    EXPECT_EQ(Refusal(settings, {"rewrite_window"}), kInvalid) << seconds << " " << nanos;
  }
  v1::Settings longest;
  longest.mutable_rewrite_window()->set_seconds(most);
  EXPECT_EQ(Update(longest, {"rewrite_window"})->rewrite_window, absl::Seconds(most));
}

}  // namespace
}  // namespace chatter::admin
