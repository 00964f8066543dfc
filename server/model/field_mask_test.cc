#include "server/model/field_mask.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chatter/v1/room.pb.h"

namespace chatter {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class UpdateMaskTest : public testing::Test {
 protected:
  std::vector<std::string> Parse(const std::vector<std::string>& mask) {
    violations_ = {};
    return ParseUpdateMask(request_, mask, {"profile.name", "profile.attributes", "kind"},
                           violations_);
  }

  v1::UpdateRoomRequest request_;
  FieldViolations violations_;
};

TEST_F(UpdateMaskTest, NamesWhatIsSet) {
  EXPECT_THAT(Parse({"kind", "profile.name"}), ElementsAre("kind", "profile.name"));
  EXPECT_TRUE(violations_.empty());
}

TEST_F(UpdateMaskTest, AStarIsAll) {
  EXPECT_THAT(Parse({"*"}), ElementsAre("profile.name", "profile.attributes", "kind"));
  EXPECT_TRUE(violations_.empty());
}

TEST_F(UpdateMaskTest, WithoutAMaskItIsWhatHasAValue) {
  request_.mutable_profile()->set_name("a name");
  EXPECT_THAT(Parse({}), ElementsAre("profile.name"));
  (*request_.mutable_profile()->mutable_attributes())["a"] = "b";
  request_.set_kind(v1::ROOM_KIND_PUBLIC);
  EXPECT_THAT(Parse({}), ElementsAre("profile.name", "profile.attributes", "kind"));
  EXPECT_TRUE(violations_.empty());
  request_.Clear();
  EXPECT_THAT(Parse({}), IsEmpty());
  EXPECT_FALSE(violations_.empty());
}

TEST_F(UpdateMaskTest, RefusesWhatItDoesNotKnow) {
  for (const auto& mask : std::vector<std::vector<std::string>>{
           {"room_id"}, {"kind", "*"}, {""}, {"profile"}, {"kind", "profile.nothing"}}) {
    EXPECT_THAT(Parse(mask), IsEmpty());
    EXPECT_FALSE(violations_.empty());
  }
}

}  // namespace
}  // namespace chatter
