// Metadata that no gRPC client sends: written by hand, in HTTP/2 frames, to a real server.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "server/interceptors/test_server.h"

namespace chatter::interceptors {
namespace {

using testing::HasSubstr;

enum FrameType : uint8_t { kData = 0, kHeaders = 1, kReset = 3, kSettings = 4, kGoAway = 7 };
constexpr uint8_t kEndStream = 0x1;
constexpr uint8_t kEndHeaders = 0x4;

std::string Frame(FrameType type, uint8_t flags, uint32_t stream, std::string_view payload) {
  std::string frame;
  for (const int shift : {16, 8, 0}) frame.push_back(static_cast<char>(payload.size() >> shift));
  frame.push_back(static_cast<char>(type));
  frame.push_back(static_cast<char>(flags));
  for (const int shift : {24, 16, 8, 0}) frame.push_back(static_cast<char>(stream >> shift));
  return frame.append(payload);
}

// A literal header field in HPACK, without indexing and without Huffman's code. Both are shorter
// than 127 bytes.
std::string Field(std::string_view name, std::string_view value) {
  std::string field(1, '\0');
  field.push_back(static_cast<char>(name.size()));
  field.append(name);
  field.push_back(static_cast<char>(value.size()));
  return field.append(value);
}

// A connection that speaks just enough HTTP/2 for one call.
class RawConnection {
 public:
  explicit RawConnection(const std::string& address) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    const size_t colon = address.find(':');
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(colon + 1))));
    inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
    connected_ = connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0;
  }
  ~RawConnection() { close(fd_); }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  bool connected() const { return connected_; }

  // Calls UserService/GetUser and returns once the call has ended, however.
  void Call(const std::string& fields) {
    std::string head = Field(":method", "POST") + Field(":scheme", "http") +
                       Field(":path", "/chatter.v1.UserService/GetUser") +
                       Field(":authority", "localhost") + Field("te", "trailers") +
                       Field("content-type", "application/grpc") + fields;
    Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(kSettings, 0, 0, "") +
         Frame(kHeaders, kEndHeaders, 1, head) + Frame(kData, kEndStream, 1, std::string(5, '\0')));
    while (!NextFrameEndsTheCall()) {
    }
  }

 private:
  void Send(const std::string& bytes) {
    ASSERT_EQ(send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  bool Receive(char* out, size_t size) {
    return size == 0 || recv(fd_, out, size, MSG_WAITALL) == static_cast<ssize_t>(size);
  }
  bool NextFrameEndsTheCall() {
    char head[9];
    if (!Receive(head, sizeof(head))) return true;
    const auto byte = [&head](int i) { return static_cast<uint8_t>(head[i]); };
    std::string payload(static_cast<size_t>(byte(0) << 16 | byte(1) << 8 | byte(2)), '\0');
    if (!Receive(payload.data(), payload.size())) return true;
    const uint8_t type = byte(3);
    return (type == kHeaders && (byte(4) & kEndStream) != 0) || type == kReset || type == kGoAway;
  }

  const int fd_;
  bool connected_ = false;
};

class HostileMetadataTest : public testing::Test {
 protected:
  HostileMetadataTest() { server_.database.AddTenant("acme"); }

  // The access log's line of a call with these header fields.
  std::string LogOf(const std::string& fields) {
    RawConnection connection(server_.address());
    EXPECT_TRUE(connection.connected());
    connection.Call(fields);
    return server_.log();
  }

  const std::string tenant_ = Field("x-chatter-tenant", "acme");
  const std::string key_ =
      Field("authorization", std::string("Bearer ") + TestServer::kAdministratorKey);
  TestServer server_;
};

TEST_F(HostileMetadataTest, TheRawCallItselfIsSound) {
  EXPECT_THAT(LogOf(tenant_ + key_),
              HasSubstr("tenant=acme user= service=administrator credential=administrator_key "
                        "status=OK"));
}

TEST_F(HostileMetadataTest, TenantNotUtf8) {
  EXPECT_THAT(LogOf(Field("x-chatter-tenant", "acme\xff\xfe") + key_),
              HasSubstr("status=INVALID_ARGUMENT reason=INVALID_METADATA"));
}

TEST_F(HostileMetadataTest, ForwardedHostInUtf8) {
  server_.database.AddTenant("muenchen", {"xn--mnchen-3ya.example"});
  EXPECT_THAT(LogOf(Field("x-forwarded-host", "m\xc3\xbcnchen.example") + key_),
              HasSubstr("tenant=muenchen"));
}

TEST_F(HostileMetadataTest, ForwardedHostNotUtf8) {
  EXPECT_THAT(LogOf(Field("x-forwarded-host", "m\xc3nchen.example") + key_),
              HasSubstr("status=NOT_FOUND reason=TENANT_NOT_FOUND"));
}

TEST_F(HostileMetadataTest, AuthorizationNotUtf8) {
  EXPECT_THAT(LogOf(tenant_ + Field("authorization", "Bearer \xc0\xaf\x80")),
              HasSubstr("status=INVALID_ARGUMENT reason=INVALID_METADATA"));
}

TEST_F(HostileMetadataTest, RequestIdWithALineOfItsOwn) {
  const std::string log =
      LogOf(tenant_ + key_ + Field("x-request-id", "a\ninfo call user=\"mallory\""));
  EXPECT_THAT(log, HasSubstr("status=OK"));
  EXPECT_THAT(log, testing::Not(HasSubstr("mallory")));
}

}  // namespace
}  // namespace chatter::interceptors
