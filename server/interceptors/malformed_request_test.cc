#include "server/interceptors/malformed_request.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <future>
#include <string>

#include "server/interceptors/test_server.h"
#include "server/model/errors.h"

namespace chatter::interceptors {
namespace {

class MalformedRequestTest : public testing::Test {
 protected:
  MalformedRequestTest() { server_.database.AddTenant("acme"); }

  // UserService/GetUser with these bytes as the request.
  grpc::Status CallWith(const std::string& bytes, const std::string& token) {
    grpc::ClientContext context;
    context.AddMetadata("x-chatter-tenant", "acme");
    const auto [key, value] = Bearer(token);
    context.AddMetadata(key, value);
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> done;
    grpc::GenericStub(server_.channel())
        .UnaryCall(&context, "/chatter.v1.UserService/GetUser", grpc::StubOptions(), &request,
                   &response, [&done](grpc::Status status) { done.set_value(std::move(status)); });
    return done.get_future().get();
  }

  TestServer server_;
};

constexpr char kTruncated[] = "\x0a\x7f";  // a field of 127 bytes, of which none follows

TEST_F(MalformedRequestTest, HasItsAnswer) {
  const auto status = CallWith(kTruncated, TestServer::kAdministratorKey);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_MALFORMED_REQUEST);
  EXPECT_EQ(server_.sightings.handled(), 0);
  EXPECT_THAT(server_.log(),
              testing::HasSubstr("status=INVALID_ARGUMENT reason=MALFORMED_REQUEST"));
}

TEST_F(MalformedRequestTest, TellsStrangersNoMoreThanThatTheyAreStrangers) {
  EXPECT_EQ(ReasonOf(CallWith(kTruncated, "no key")), v1::ERROR_REASON_CREDENTIAL_INVALID);
}

TEST_F(MalformedRequestTest, LeavesGoodRequestsAlone) {
  EXPECT_TRUE(CallWith("", TestServer::kAdministratorKey).ok());
  EXPECT_EQ(server_.sightings.admitted(), 1);
}

}  // namespace
}  // namespace chatter::interceptors
