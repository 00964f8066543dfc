#include "client/base/uuid.h"

#include <gmock/gmock.h>

#include <set>

namespace chatter::client {
namespace {

TEST(UuidTest, HasTheFormOfVersion4) {
  EXPECT_THAT(MakeUuid(), testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-"
                                                "[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
}

TEST(UuidTest, IsNeverTheSame) {
  std::set<std::string> uuids;
  for (int i = 0; i < 1'000; ++i) uuids.insert(MakeUuid());
  EXPECT_EQ(uuids.size(), 1'000u);
}

}  // namespace
}  // namespace chatter::client
