#include "server/admin/time_zones.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "server/identity/test_fakes.h"
#include "server/model/errors.h"

namespace chatter::admin {
namespace {

using identity::Answer;
using identity::FakeClock;
using Names = std::vector<std::string>;

class TimeZonesTest : public testing::Test {
 protected:
  Answer<bool> Has(const std::string& name) {
    Answer<bool> answer;
    zones_.Has(name, answer.Slot());
    return answer;
  }

  FakeClock clock_;
  identity::HeldLookups<int, Names> lookups_;
  TimeZones zones_{[this](auto deadline, auto done) { lookups_.Add(0, deadline, std::move(done)); },
                   clock_};
};

TEST_F(TimeZonesTest, AreLookedUpOnceAnHourWhoeverNamesWhichever) {
  const Answer<bool> first = Has("Europe/Berlin");
  const Answer<bool> meanwhile = Has("Europe/Atlantis");
  ASSERT_EQ(lookups_.total(), 1u);
  lookups_.AnswerOldest(Names{"Europe/Berlin", "UTC"});
  EXPECT_TRUE(**first);
  EXPECT_FALSE(**meanwhile);
  for (int i = 0; i < 1'000; ++i) EXPECT_FALSE(**Has(absl::StrCat("Europe/", i)));
  clock_.Advance(TimeZones::kTtl - absl::Seconds(1));
  EXPECT_TRUE(**Has("UTC"));
  EXPECT_EQ(lookups_.total(), 1u);
  clock_.Advance(absl::Seconds(1));
  const Answer<bool> later = Has("Europe/Atlantis");
  lookups_.AnswerOldest(Names{"Europe/Atlantis"});
  EXPECT_TRUE(**later);
}

TEST_F(TimeZonesTest, WhatFailedIsAskedAgain) {
  const Answer<bool> failed = Has("UTC");
  lookups_.AnswerOldest(DatabaseUnavailableError());
  EXPECT_EQ(ReasonOf(failed->status()), v1::ERROR_REASON_DATABASE_UNAVAILABLE);
  const Answer<bool> again = Has("UTC");
  lookups_.AnswerOldest(Names{"UTC"});
  EXPECT_TRUE(**again);
}

}  // namespace
}  // namespace chatter::admin
