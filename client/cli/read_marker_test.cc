#include "client/cli/read_marker.h"

#include <gmock/gmock.h>

#include <vector>

namespace chatter::client::cli {
namespace {

using testing::ElementsAre;

class ReadMarkerTest : public testing::Test {
 protected:
  void Pass(absl::Duration time) {
    now_ += time;
    marker_.OnTimer(now_);
  }

  SteadyTime now_ = SteadyTime();
  bool connected_ = true;
  std::vector<uint64_t> told_;
  ReadMarker marker_{[this](uint64_t seq) {
    if (connected_) told_.push_back(seq);
    return connected_;
  }};
};

TEST_F(ReadMarkerTest, TellsAtOnceAndThenOnceASecondTheHighest) {
  EXPECT_EQ(marker_.NextDeadline(), SteadyTime::InfiniteFuture());
  marker_.OnShown(3);
  EXPECT_LE(marker_.NextDeadline(), now_);
  Pass(absl::ZeroDuration());
  marker_.OnShown(5);
  marker_.OnShown(4);
  Pass(absl::Milliseconds(999));
  EXPECT_THAT(told_, ElementsAre(3));
  EXPECT_EQ(marker_.NextDeadline(), now_ + absl::Milliseconds(1));
  Pass(absl::Milliseconds(1));
  Pass(absl::Seconds(10));
  EXPECT_THAT(told_, ElementsAre(3, 5));
}

TEST_F(ReadMarkerTest, TellsLaterWhatCannotBeToldNow) {
  connected_ = false;
  marker_.OnShown(3);
  Pass(absl::ZeroDuration());
  EXPECT_EQ(marker_.NextDeadline(), now_ + absl::Seconds(1));
  connected_ = true;
  Pass(absl::Seconds(1));
  EXPECT_THAT(told_, ElementsAre(3));
}

TEST_F(ReadMarkerTest, TellsAgainOnANewStream) {
  marker_.OnShown(3);
  Pass(absl::ZeroDuration());
  marker_.OnConnected();
  Pass(absl::ZeroDuration());
  EXPECT_THAT(told_, ElementsAre(3, 3));
}

}  // namespace
}  // namespace chatter::client::cli
