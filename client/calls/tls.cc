#include "client/calls/tls.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/base/read_file.h"
#include "common/openssl.h"

namespace chatter::client {
namespace {

using openssl::Certificate;
using openssl::PrivateKey;

// The first one in the text; nullptr: there is none.
Certificate ParseCertificate(const std::string& pem) {
  Certificate certificate = openssl::ReadCertificate(openssl::ReaderOf(pem));
  ERR_clear_error();
  return certificate;
}

bool Match(const Certificate& certificate, const PrivateKey& key) {
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
  const PrivateKey parsed_key = openssl::ParsePrivateKey(*key);
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
