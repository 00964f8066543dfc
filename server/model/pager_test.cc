#include "server/model/pager.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "chatter/v1/member.pb.h"
#include "chatter/v1/room.pb.h"
#include "chatter/v1/user.pb.h"
#include "tests/support/callers.h"

namespace chatter {
namespace {

constexpr PageSizes kSizes{.if_zero = 2, .max = 3};
const TenantKey kAcme{*SchemaName::Parse("acme"), 1};

// A list of users by their names, as alice pages through it.
using NamePager = Pager<std::string>;

v1::ListUsersRequest Asking(const std::string& token = {}, const std::string& prefix = {}) {
  v1::ListUsersRequest request;
  request.set_page_token(token);
  request.set_id_prefix(prefix);
  return request;
}

template <typename Who, typename Request>
bool Takes(const Who& caller, const Request& request) {
  FieldViolations violations;
  const NamePager pager(caller, request, kSizes, violations);
  return violations.empty();
}

class PagerTest : public testing::Test {
 protected:
  const UserCaller alice_ = test::UserOf(kAcme, "alice");
  FieldViolations violations_;
  const NamePager pager_{alice_, Asking(), kSizes, violations_};
  const std::string token_ = pager_.TokenAfter("bob");
};

std::string Same(const std::string& entry) { return entry; }

TEST_F(PagerTest, LeadsFromPageToPage) {
  const std::vector<std::string> all = {"a", "b", "c", "d", "e"};
  std::vector<std::string> seen;
  std::string token;
  do {
    const NamePager pager(alice_, Asking(token), kSizes, violations_);
    auto begin = std::upper_bound(all.begin(), all.end(), pager.After<std::string>().value_or(""));
    const auto left = std::min<std::ptrdiff_t>(all.end() - begin, pager.limit());
    const Page<std::string> page = pager.Cut(std::vector<std::string>(begin, begin + left), Same);
    EXPECT_LE(page.entries.size(), 2u);
    seen.insert(seen.end(), page.entries.begin(), page.entries.end());
    token = page.next_page_token;
  } while (!token.empty());
  EXPECT_EQ(seen, all);
  EXPECT_TRUE(violations_.empty());
}

TEST_F(PagerTest, APageThatEndsWithTheListIsTheLast) {
  EXPECT_EQ(pager_.Cut(std::vector<std::string>{"a", "b"}, Same).next_page_token, "");
}

TEST_F(PagerTest, CutsWhatIsTooLargeForOnePage) {
  const auto sizes_of = [&](const std::vector<size_t>& read) {
    const auto page = pager_.Cut(
        read, [](size_t) { return std::string("x"); }, [](size_t entry) { return entry; });
    EXPECT_EQ(page.next_page_token.empty(), page.entries.size() == read.size());
    return page.entries.size();
  };
  EXPECT_EQ(sizes_of({kMaxPageBytes - 1, 1}), 2u);
  EXPECT_EQ(sizes_of({kMaxPageBytes - 1, 2}), 1u);
  EXPECT_EQ(sizes_of({1, 1, 1}), 2u);
  EXPECT_EQ(sizes_of({kMaxPageBytes + 1, 1}), 1u);  // never an empty page that another one follows
}

TEST_F(PagerTest, ATokenIsOfOneList) {
  EXPECT_TRUE(Takes(alice_, Asking(token_)));
  EXPECT_FALSE(Takes(alice_, Asking(token_, "b")));
  v1::ListMembersRequest other;
  other.set_page_token(token_);
  EXPECT_FALSE(Takes(alice_, other));
}

TEST_F(PagerTest, ATokenIsOfOneCaller) {
  EXPECT_FALSE(Takes(test::UserOf(kAcme, "bob"), Asking(token_)));
  EXPECT_FALSE(Takes(test::UserOf({*SchemaName::Parse("globex"), 1}, "alice"), Asking(token_)));
  EXPECT_FALSE(Takes(test::ServiceOf(kAcme), Asking(token_)));
  EXPECT_TRUE(Takes(test::UserOf({kAcme.name, 2}, "alice"), Asking(token_)));
}

TEST_F(PagerTest, HowMuchToGiveMayChangeFromPageToPage) {
  v1::ListRoomsRequest request;
  FieldViolations violations;
  request.set_page_token(NamePager(alice_, request, kSizes, violations).TokenAfter("bob"));
  request.set_page_size(3);
  request.mutable_read_mask()->add_paths("name");
  EXPECT_TRUE(Takes(alice_, request));
  request.set_pinned_only(true);
  EXPECT_FALSE(Takes(alice_, request));
}

TEST_F(PagerTest, MadeUpTokensAreRefused) {
  const PageTokens tokens(alice_, Asking());
  for (const std::string& token :
       {std::string("zzz"), std::string("%%%"), token_ + "\n", token_.substr(0, 8),
        absl::WebSafeBase64Escape("u1bob"), tokens.Make(""), tokens.Make("no end"),
        tokens.Make(std::string("\xff\0", 2)), tokens.Make(std::string("bob\0more", 8)),
        tokens.Make(std::string(kMaxPageTokenBytes, 'x') + '\0')}) {
    EXPECT_FALSE(Takes(alice_, Asking(token))) << token;
  }
}

TEST_F(PagerTest, FitsTheLongestPlace) {
  const Pager<absl::Time, std::string, std::string> pager(alice_, Asking(), kSizes, violations_);
  const std::string token =
      pager.TokenAfter({absl::UnixEpoch(), std::string(512, 'x'), std::string(128, 'x')});
  EXPECT_LE(token.size(), kMaxPageTokenBytes);
}

TEST(PagePlace, GivesBackWhatItHolds) {
  const Sha256Digest digest = Sha256("text");
  const RoomId room = RoomId::Generate(1);
  std::string place;
  AppendPart(uint64_t{1} << 62, place);
  AppendPart(int64_t{-1}, place);
  AppendPart(absl::FromUnixMicros(1'795'400'000'123'456), place);
  AppendPart(room, place);
  AppendPart(digest, place);
  AppendPart(std::string("ä"), place);
  std::string_view left = place;
  uint64_t number = 0;
  int64_t rank = 0;
  absl::Time time;
  RoomId room_then;
  Sha256Digest digest_then{};
  std::string text;
  ASSERT_TRUE(TakePart(left, number) && TakePart(left, rank) && TakePart(left, time) &&
              TakePart(left, room_then) && TakePart(left, digest_then) && TakePart(left, text));
  EXPECT_EQ(left, "");
  EXPECT_EQ(number, uint64_t{1} << 62);
  EXPECT_EQ(rank, -1);
  EXPECT_EQ(time, absl::FromUnixMicros(1'795'400'000'123'456));
  EXPECT_EQ(room_then, room);
  EXPECT_EQ(digest_then, digest);
  EXPECT_EQ(text, "ä");
}

TEST(PagePlace, RefusesWhatNobodyCanStore) {
  uint64_t number = 0;
  absl::Time time;
  for (const std::string& bytes : {std::string(7, '\0'), std::string(8, '\xff')}) {
    std::string_view left = bytes;
    EXPECT_FALSE(TakePart(left, number));
    EXPECT_FALSE(TakePart(left, time));
  }
  std::string late;
  AppendPart(int64_t{253'402'300'800'000'000}, late);
  std::string_view left = late;
  EXPECT_FALSE(TakePart(left, time));
}

}  // namespace
}  // namespace chatter
