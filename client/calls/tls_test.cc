#include "client/calls/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "tests/support/test_certificates.h"

namespace chatter::client {
namespace {

using testing::HasSubstr;

class TlsTest : public testing::Test {
 protected:
  std::string Write(const std::string& content) {
    std::string path =
        absl::StrCat(testing::TempDir(), "/client_tls_test.", getpid(), ".", ++files_);
    std::ofstream(path) << content;
    return path;
  }

  static std::string ErrorOf(const ClientOptions& options) {
    return std::string(MakeChannelCredentials(options).status().message());
  }

  ClientOptions Options() const {
    ClientOptions options;
    options.tls = true;
    options.tls_root_certs_file = roots_;
    options.tls_cert_file = certificate_;
    options.tls_key_file = key_;
    return options;
  }

  int files_ = 0;
  const test::TestCertificate authority_ = test::MakeAuthority("an authority");
  const test::TestCertificate client_ = test::MakeCertificate(authority_, "DNS:client");
  const std::string roots_ = Write(authority_.certificate);
  const std::string certificate_ = Write(client_.certificate);
  const std::string key_ = Write(client_.key);
};

TEST_F(TlsTest, TakesWhatFits) {
  EXPECT_EQ(ErrorOf(Options()), "");
  EXPECT_EQ(ErrorOf(ClientOptions()), "");
  ClientOptions options;
  options.tls = true;
  EXPECT_EQ(ErrorOf(options), "");
}

TEST_F(TlsTest, RefusesFilesWithoutTls) {
  for (std::string ClientOptions::*file :
       {&ClientOptions::tls_root_certs_file, &ClientOptions::tls_cert_file,
        &ClientOptions::tls_key_file}) {
    ClientOptions options;
    options.*file = roots_;
    EXPECT_THAT(ErrorOf(options), HasSubstr("TLS is off"));
  }
}

TEST_F(TlsTest, RefusesACertificateWithoutKeyAndTheOtherWayRound) {
  for (std::string ClientOptions::*file :
       {&ClientOptions::tls_cert_file, &ClientOptions::tls_key_file}) {
    ClientOptions options = Options();
    (options.*file).clear();
    EXPECT_THAT(ErrorOf(options), HasSubstr("together"));
  }
}

TEST_F(TlsTest, NamesTheFileThatIsWrong) {
  const std::string garbage = Write("garbage");
  for (std::string ClientOptions::*file :
       {&ClientOptions::tls_root_certs_file, &ClientOptions::tls_cert_file,
        &ClientOptions::tls_key_file}) {
    for (const std::string& wrong : {garbage, std::string("/nowhere"), testing::TempDir()}) {
      ClientOptions options = Options();
      options.*file = wrong;
      EXPECT_THAT(ErrorOf(options), HasSubstr(wrong));
    }
  }
  ClientOptions options = Options();
  options.tls_key_file = Write(authority_.key);
  EXPECT_THAT(ErrorOf(options), HasSubstr("isn't the key of"));
}

}  // namespace
}  // namespace chatter::client
