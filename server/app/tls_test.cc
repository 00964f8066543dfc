#include "server/app/tls.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "server/rpc/health_service.h"
#include "tests/support/test_certificates.h"

namespace chatter::app {
namespace {

using test::MakeAuthority;
using test::MakeCertificate;
using test::MakeWeakCertificate;
using test::TestCertificate;
using testing::HasSubstr;

constexpr char kNames[] = "DNS:localhost,IP:127.0.0.1";

class TlsTest : public testing::Test {
 protected:
  TlsTest() { Write(MakeCertificate(old_authority_, kNames)); }

  std::string Path(const std::string& name) const {
    return absl::StrCat(testing::TempDir(), "/tls_test.", getpid(), ".", name);
  }

  void WriteCertificate(const std::string& pem) { std::ofstream(Path("certificate")) << pem; }
  void WriteKey(const std::string& pem) { std::ofstream(Path("key")) << pem; }
  void WriteClientCa(const std::string& pem) { std::ofstream(Path("client-ca")) << pem; }
  void Write(const TestCertificate& certificate) {
    WriteCertificate(certificate.certificate);
    WriteKey(certificate.key);
  }

  config::TlsFiles Files() const {
    return {.certificate = Path("certificate"), .key = Path("key"), .client_ca = ""};
  }
  config::TlsFiles FilesWithClientCa() const {
    config::TlsFiles files = Files();
    files.client_ca = Path("client-ca");
    return files;
  }

  void Serve(const config::TlsFiles& files) {
    auto certificates = TlsCertificates::Create(files);
    ASSERT_TRUE(certificates.ok()) << certificates.status();
    certificates_ = *std::move(certificates);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", certificates_->MakeServerCredentials(), &port_);
    builder.RegisterService(&health_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }

  // Whether a client on a new connection, who trusts this authority, gets an answer.
  bool Answers(const TestCertificate& trusted, const TestCertificate& client = {}) {
    return Answers(grpc::SslCredentials({.pem_root_certs = trusted.certificate,
                                         .pem_private_key = client.key,
                                         .pem_cert_chain = client.certificate}));
  }

  bool Answers(const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto channel =
        grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port_), credentials, arguments);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    grpc::health::v1::HealthCheckResponse response;
    const auto status = grpc::health::v1::Health::NewStub(channel)->Check(&context, {}, &response);
    EXPECT_NE(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
    return status.ok();
  }

  std::string ErrorOf(const config::TlsFiles& files) {
    return std::string(config::ReadTlsMaterial(files).status().message());
  }

  const TestCertificate old_authority_ = MakeAuthority("old");
  const TestCertificate new_authority_ = MakeAuthority("new");
  std::unique_ptr<TlsCertificates> certificates_;
  rpc::HealthService health_{{}};
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(TlsTest, AnswersEncryptedCallsOnly) {
  Serve(Files());
  EXPECT_TRUE(Answers(old_authority_));
  EXPECT_FALSE(Answers(new_authority_));
  EXPECT_FALSE(Answers(grpc::InsecureChannelCredentials()));
}

TEST_F(TlsTest, ShowsNewConnectionsWhatWasRenewed) {
  Serve(Files());
  ASSERT_TRUE(Answers(old_authority_));
  Write(MakeCertificate(new_authority_, kNames));
  EXPECT_TRUE(Answers(old_authority_));  // until it looks
  certificates_->Refresh();
  EXPECT_TRUE(Answers(new_authority_));
  EXPECT_FALSE(Answers(old_authority_));
}

TEST_F(TlsTest, KeepsTheOldCertificateWhileTheNewOneIsBroken) {
  Serve(Files());
  const TestCertificate renewed = MakeCertificate(new_authority_, kNames);
  const std::string chain = renewed.certificate + new_authority_.certificate;
  for (const std::string& broken :
       {std::string(), std::string("garbage"), renewed.certificate.substr(0, 300), renewed.key,
        renewed.certificate}) {
    WriteCertificate(broken);  // the last one is whole, and waits for its key
    certificates_->Refresh();
    EXPECT_TRUE(Answers(old_authority_)) << broken;
  }
  WriteKey(renewed.key);
  unlink(Path("certificate").c_str());
  certificates_->Refresh();
  EXPECT_TRUE(Answers(old_authority_));
  WriteCertificate(chain);
  certificates_->Refresh();
  EXPECT_TRUE(Answers(new_authority_));
}

TEST_F(TlsTest, RefusesClientCertificatesOfOtherAuthorities) {
  WriteClientCa(old_authority_.certificate);
  Serve(FilesWithClientCa());
  EXPECT_TRUE(Answers(old_authority_));  // without one
  EXPECT_TRUE(Answers(old_authority_, MakeCertificate(old_authority_, "DNS:client")));
  EXPECT_FALSE(Answers(old_authority_, MakeCertificate(new_authority_, "DNS:client")));
  EXPECT_FALSE(Answers(
      old_authority_, MakeCertificate(old_authority_, "DNS:client", absl::Now() - absl::Hours(1))));
}

TEST_F(TlsTest, RenewsTheAuthoritiesOfClients) {
  WriteClientCa(old_authority_.certificate);
  Serve(FilesWithClientCa());
  const TestCertificate client = MakeCertificate(new_authority_, "DNS:client");
  ASSERT_FALSE(Answers(old_authority_, client));
  WriteClientCa(old_authority_.certificate + new_authority_.certificate);
  certificates_->Refresh();
  EXPECT_TRUE(Answers(old_authority_, client));
  WriteClientCa("");
  certificates_->Refresh();
  EXPECT_TRUE(Answers(old_authority_, client));
}

TEST_F(TlsTest, DoesNotAskForCertificatesWithoutAuthorities) {
  Serve(Files());
  EXPECT_TRUE(Answers(old_authority_, MakeCertificate(new_authority_, "DNS:client")));
}

TEST_F(TlsTest, NamesTheSettingThatIsWrong) {
  EXPECT_EQ(ErrorOf(Files()), "");
  EXPECT_THAT(ErrorOf(FilesWithClientCa()), HasSubstr("--tls-client-ca-file"));
  const TestCertificate leaf = MakeCertificate(old_authority_, kNames);
  const std::string half = old_authority_.certificate.substr(0, 300);
  Write({.certificate = leaf.certificate + half, .key = leaf.key});
  EXPECT_THAT(ErrorOf(Files()), HasSubstr("--tls-cert-file must be a file with whole"));
  Write(MakeWeakCertificate(old_authority_, kNames));
  EXPECT_THAT(ErrorOf(Files()), HasSubstr("--tls-cert-file"));
  WriteKey("");
  EXPECT_THAT(ErrorOf(Files()), HasSubstr("--tls-key-file"));
  WriteCertificate("");
  EXPECT_THAT(ErrorOf(Files()), HasSubstr("--tls-cert-file"));
}

TEST_F(TlsTest, TellsWhenTheCertificateExpires) {
  const absl::Time expires_at = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()) + 1'000);
  const TestCertificate leaf = MakeCertificate(old_authority_, kNames, expires_at);
  Write({.certificate = leaf.certificate + old_authority_.certificate, .key = leaf.key});
  const auto material = config::ReadTlsMaterial(Files());
  ASSERT_TRUE(material.ok()) << material.status();
  EXPECT_EQ(material->expires_at, expires_at);
}

}  // namespace
}  // namespace chatter::app
