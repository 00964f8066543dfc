#include "server/rooms/read_mask.h"

#include <gtest/gtest.h>

namespace chatter::rooms {
namespace {

TEST(ReadMaskTest, WithoutPathsAsksForAll) {
  FieldViolations violations;
  const RoomFields fields = ParseReadMask({}, violations);
  EXPECT_TRUE(violations.empty());
  for (int i = 0; i < v1::Room::descriptor()->field_count(); ++i) {
    EXPECT_TRUE(fields.Has(v1::Room::descriptor()->field(i)->number()));
  }
}

TEST(ReadMaskTest, AsksForWhatIsNamed) {
  FieldViolations violations;
  const RoomFields fields = ParseReadMask({"preferences", "id", "id"}, violations);
  EXPECT_TRUE(violations.empty());
  EXPECT_TRUE(fields.Has(v1::Room::kIdFieldNumber));
  EXPECT_TRUE(fields.Has(v1::Room::kPreferencesFieldNumber));
  EXPECT_FALSE(fields.Has(v1::Room::kUserIdsFieldNumber));
}

TEST(ReadMaskTest, RefusesWhatIsNoField) {
  FieldViolations violations;
  ParseReadMask({"id", "members", "profile.name", ""}, violations);
  const std::string problems = violations.ToStatus().ToString();
  EXPECT_EQ(problems.find("read_mask.paths[0]"), std::string::npos);
  for (const std::string path :
       {"read_mask.paths[1]", "read_mask.paths[2]", "read_mask.paths[3]"}) {
    EXPECT_NE(problems.find(path), std::string::npos) << problems;
  }
}

}  // namespace
}  // namespace chatter::rooms
