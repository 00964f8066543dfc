#include "server/interceptors/request_id.h"

#include <gtest/gtest.h>

#include <string>

#include "server/interceptors/test_server.h"
#include "server/model/ids.h"

namespace chatter::interceptors {
namespace {

class RequestIdTest : public testing::Test {
 protected:
  // The id that a call with these gets, whatever else becomes of it.
  std::string IdOf(const Metadata& metadata) { return server_.GetUser(metadata).request_id; }
  // Of the same textual form as rooms' ids.
  static bool IsUuid(const std::string& id) { return RoomId::Parse(id).has_value(); }

  TestServer server_;
};

TEST_F(RequestIdTest, KeepsTheClients) {
  EXPECT_EQ(IdOf({{"x-request-id", "a"}}), "a");
  EXPECT_EQ(IdOf({{"x-request-id", "trace 7/~\"x\""}}), "trace 7/~\"x\"");
  EXPECT_EQ(IdOf({{"x-request-id", std::string(128, 'x')}}), std::string(128, 'x'));
}

TEST_F(RequestIdTest, MakesOneWhereThereIsNone) {
  const std::string id = IdOf({});
  EXPECT_TRUE(IsUuid(id)) << id;
  EXPECT_NE(IdOf({}), id);
}

TEST_F(RequestIdTest, ReplacesAnUnusableOne) {
  EXPECT_TRUE(IsUuid(IdOf({{"x-request-id", ""}})));
  EXPECT_TRUE(IsUuid(IdOf({{"x-request-id", std::string(129, 'x')}})));
  EXPECT_TRUE(IsUuid(IdOf({{"x-request-id", "a"}, {"x-request-id", "b"}})));
}

TEST_F(RequestIdTest, IsOnStreamsToo) {
  EXPECT_EQ(server_.Chat({{"x-request-id", "a"}}).request_id, "a");
}

}  // namespace
}  // namespace chatter::interceptors
