#include "server/model/page_token.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"

namespace chatter {
namespace {

TEST(PageToken, KeepsAnyBytes) {
  const std::string place("\0\xff place", 8);
  EXPECT_EQ(ReadPageToken(PageKind::kRooms, MakePageToken(PageKind::kRooms, place)), place);
}

TEST(PageToken, FitsTheLongestPlace) {
  const std::string place =
      MakeTimePlace({.time = absl::UnixEpoch(), .id = std::string(64 + 1 + 128, 'x')});
  EXPECT_LE(MakePageToken(PageKind::kReactions, place).size(), kMaxPageTokenBytes);
}

TEST(PageToken, IsOfOneKindOfList) {
  EXPECT_EQ(ReadPageToken(PageKind::kUsers, MakePageToken(PageKind::kTenants, "demo")),
            std::nullopt);
}

TEST(PageToken, RefusesWhatItDidNotMake) {
  for (const std::string& token :
       {std::string("zzz"), std::string("%%%"), absl::WebSafeBase64Escape("u"),
        absl::WebSafeBase64Escape("u2alice"),
        MakePageToken(PageKind::kUsers, std::string(kMaxPageTokenBytes, 'x'))}) {
    EXPECT_EQ(ReadPageToken(PageKind::kUsers, token), std::nullopt) << token;
  }
}

TEST(TimePlace, KeepsMicrosecondsAndTheId) {
  const absl::Time time = absl::FromUnixMicros(1'795'400'000'123'456);
  const std::string id("\0\xff", 2);
  const auto read = ReadTimePlace(MakeTimePlace({.time = time, .id = id}), 2);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->time, time);
  EXPECT_EQ(read->id, id);
}

TEST(TimePlace, KeepsAnIdOfAnyLength) {
  for (const std::string id : {"", "a", "a longer one"}) {
    const auto read = ReadTimePlace(MakeTimePlace({.time = absl::UnixEpoch(), .id = id}));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->id, id);
  }
  EXPECT_EQ(ReadTimePlace(std::string(7, '\0')), std::nullopt);
}

TEST(TimePlace, RefusesOtherSizesAndTimesThatNobodyCanStore) {
  const std::string place = MakeTimePlace({.time = absl::UnixEpoch(), .id = "id"});
  EXPECT_EQ(ReadTimePlace(place, 3), std::nullopt);
  EXPECT_EQ(ReadTimePlace("", 0), std::nullopt);
  EXPECT_EQ(ReadTimePlace(std::string(8, '\xff'), 0), std::nullopt);
}

TEST(PageToken, CutsWhatTellsThatThereIsMore) {
  std::vector<int> full = {1, 2, 3};
  EXPECT_TRUE(CutToPage(full, 2));
  EXPECT_EQ(full, (std::vector<int>{1, 2}));
  EXPECT_FALSE(CutToPage(full, 2));
  EXPECT_EQ(full.size(), 2u);
}

TEST(PageToken, CutsWhatIsTooLargeForOnePage) {
  const auto bytes_of = [](size_t entry) { return entry; };
  std::vector<size_t> entries = {kMaxPageBytes - 1, 1, 1};
  EXPECT_TRUE(CutToPage(entries, 3, bytes_of));
  EXPECT_EQ(entries.size(), 2u);
  EXPECT_FALSE(CutToPage(entries, 3, bytes_of));
  EXPECT_TRUE(CutToPage(entries, 1, bytes_of));
  std::vector<size_t> large = {kMaxPageBytes + 1, 1};
  EXPECT_TRUE(CutToPage(large, 2, bytes_of));
  EXPECT_EQ(large.size(), 1u);  // never an empty page that another one follows
}

TEST(PageToken, APlaceByUserIsAUserId) {
  EXPECT_EQ(ReadUserPlace(PageKind::kMembers, ""), "");
  EXPECT_EQ(ReadUserPlace(PageKind::kMembers, MakePageToken(PageKind::kMembers, "bob")), "bob");
  for (const std::string& place : {std::string(), std::string("\xff"), std::string("a\0b", 3)}) {
    EXPECT_EQ(ReadUserPlace(PageKind::kMembers, MakePageToken(PageKind::kMembers, place)),
              std::nullopt);
  }
}

}  // namespace
}  // namespace chatter
