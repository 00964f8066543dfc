#include "client/calls/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/base/read_file.h"

namespace chatter::client {
namespace {

// Has none; without this, OpenSSL would ask the terminal.
int GivePassword(char*, int, int, void*) { return -1; }

template <auto kFree>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Bio = std::unique_ptr<BIO, Freer<BIO_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;

Bio ReaderOf(const std::string& pem) { return Bio(BIO_new_mem_buf(pem.c_str(), -1)); }

// The first one in the text; nullptr: there is none.
Certificate ParseCertificate(const std::string& pem) {
  const Bio reader = ReaderOf(pem);
  Certificate certificate(PEM_read_bio_X509(reader.get(), nullptr, &GivePassword, nullptr));
  ERR_clear_error();
  return certificate;
}

Key ParseKey(const std::string& pem) {
  const Bio reader = ReaderOf(pem);
  Key key(PEM_read_bio_PrivateKey(reader.get(), nullptr, &GivePassword, nullptr));
  ERR_clear_error();
  return key;
}

bool Match(const Certificate& certificate, const Key& key) {
  const bool match = X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  return match;
}

absl::Status CheckOptions(const ClientOptions& options) {
  if (!options.tls && !options.tls_root_certs_file.empty()) {
    return absl::InvalidArgumentError("root certificates are given, but TLS is off");
  }
  if (!options.tls && !(options.tls_cert_file.empty() && options.tls_key_file.empty())) {
    return absl::InvalidArgumentError("a client certificate or its key is given, but TLS is off");
  }
  if (options.tls_cert_file.empty() != options.tls_key_file.empty()) {
    return absl::InvalidArgumentError("a client certificate and its key must be given together");
  }
  return absl::OkStatus();
}

absl::Status ReadRoots(const ClientOptions& options, grpc::SslCredentialsOptions& out) {
  if (options.tls_root_certs_file.empty()) return absl::OkStatus();
  auto roots = ReadFile(options.tls_root_certs_file);
  if (!roots.ok()) return roots.status();
  if (ParseCertificate(*roots) == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("there are no certificates in PEM in ", options.tls_root_certs_file));
  }
  out.pem_root_certs = *std::move(roots);
  return absl::OkStatus();
}

absl::Status ReadClientCertificate(const ClientOptions& options, grpc::SslCredentialsOptions& out) {
  if (options.tls_cert_file.empty()) return absl::OkStatus();
  auto chain = ReadFile(options.tls_cert_file);
  if (!chain.ok()) return chain.status();
  auto key = ReadFile(options.tls_key_file);
  if (!key.ok()) return key.status();
  const Certificate certificate = ParseCertificate(*chain);
  if (certificate == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("there are no certificates in PEM in ", options.tls_cert_file));
  }
  const Key parsed_key = ParseKey(*key);
  if (parsed_key == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("there is no key in PEM that needs no password in ", options.tls_key_file));
  }
  if (!Match(certificate, parsed_key)) {
    return absl::InvalidArgumentError(
        absl::StrCat(options.tls_key_file, " isn't the key of ", options.tls_cert_file));
  }
  out.pem_cert_chain = *std::move(chain);
  out.pem_private_key = *std::move(key);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeChannelCredentials(
    const ClientOptions& options) {
  if (absl::Status status = CheckOptions(options); !status.ok()) return status;
  if (!options.tls) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions ssl;
  if (absl::Status status = ReadRoots(options, ssl); !status.ok()) return status;
  if (absl::Status status = ReadClientCertificate(options, ssl); !status.ok()) return status;
  return grpc::SslCredentials(ssl);
}

}  // namespace chatter::client
