#include "server/interceptors/peer_certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "server/interceptors/test_server.h"
#include "tests/support/test_certificates.h"

namespace chatter::interceptors {
namespace {

using test::MakeAuthority;
using test::MakeCertificate;
using test::TestCertificate;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// Reads the names where an interceptor would.
class NameReader final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit NameReader(std::vector<std::string>& names) : names_(names) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* call) override {
    return new Reader(*call, names_);
  }

 private:
  class Reader final : public grpc::experimental::Interceptor {
   public:
    Reader(grpc::experimental::ServerRpcInfo& call, std::vector<std::string>& names)
        : call_(call), names_(names) {}

    void Intercept(grpc::experimental::InterceptorBatchMethods* batch) override {
      if (batch->QueryInterceptionHookPoint(
              grpc::experimental::InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
        names_ = PeerCertificateNames(*call_.server_context()->auth_context());
      }
      batch->Proceed();
    }

   private:
    grpc::experimental::ServerRpcInfo& call_;
    std::vector<std::string>& names_;
  };

  std::vector<std::string>& names_;
};

// A server that asks for client certificates on one port, and has another one in the clear.
class PeerCertificateTest : public testing::Test {
 protected:
  // The names that the server sees when a client calls it over this channel.
  std::vector<std::string> NamesOver(const std::shared_ptr<grpc::Channel>& channel) {
    names_ = {"unread"};
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    v1::GetUserResponse response;
    // No verdict, since there is no such interceptor: the call gets as far as the handler.
    const auto status = v1::UserService::NewStub(channel)->GetUser(&context, {}, &response);
    EXPECT_NE(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
    return names_;
  }

  std::vector<std::string> NamesOf(const std::optional<TestCertificate>& client) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = authority_.certificate;
    if (client.has_value()) {
      options.pem_cert_chain = client->certificate;
      options.pem_private_key = client->key;
    }
    // By address: c-ares, which a name would be looked up with, loses some bytes as the process
    // ends.
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
    return NamesOver(grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", tls_port_),
                                               grpc::SslCredentials(options), arguments));
  }

  const TestCertificate authority_ = MakeAuthority("an authority");
  std::vector<std::string> names_;
  int tls_port_ = 0;
  TestServer server_{[this](grpc::ServerBuilder& builder, TestServer&) {
    const TestCertificate certificate = MakeCertificate(authority_, "IP:127.0.0.1");
    grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY);
    options.pem_root_certs = authority_.certificate;
    options.pem_key_cert_pairs.push_back({certificate.key, certificate.certificate});
    builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(options), &tls_port_);
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> creators;
    creators.push_back(std::make_unique<NameReader>(names_));
    builder.experimental().SetInterceptorCreators(std::move(creators));
  }};
};

TEST_F(PeerCertificateTest, ReadsNamesOfAllKinds) {
  EXPECT_THAT(
      NamesOf(MakeCertificate(authority_,
                              "DNS:gateway.example,DNS:*.gateway.example,URI:spiffe://example/"
                              "gateway,email:gateway@example.org,IP:10.0.0.7,IP:2001:db8::7")),
      UnorderedElementsAre("gateway.example", "*.gateway.example", "spiffe://example/gateway",
                           "gateway@example.org", "10.0.0.7", "2001:db8::7"));
}

TEST_F(PeerCertificateTest, LeavesOutNamesThatItCannotRead) {
  EXPECT_THAT(NamesOf(MakeCertificate(
                  authority_,
                  "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:eve,DNS:gateway.example,RID:1.2.3,"
                  "URI:urn:caf\xc3\xa9,URI:urn:two\nlines")),
              UnorderedElementsAre("gateway.example"));
}

TEST_F(PeerCertificateTest, DoesNotTakeTheCommonNameForOne) {
  EXPECT_THAT(NamesOf(MakeCertificate(authority_, "")), IsEmpty());
}

TEST_F(PeerCertificateTest, HasNoNamesOfClientsWithoutCertificate) {
  EXPECT_THAT(NamesOf(std::nullopt), IsEmpty());
}

TEST_F(PeerCertificateTest, HasNoNamesOfConnectionsInTheClear) {
  EXPECT_THAT(NamesOver(server_.channel()), IsEmpty());
}

}  // namespace
}  // namespace chatter::interceptors
