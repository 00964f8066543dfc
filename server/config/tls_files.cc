#include "server/config/tls_files.h"

#include <openssl/ssl.h>
#include <sys/stat.h>

#include <ctime>
#include <fstream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/openssl.h"

namespace chatter::config {
namespace {

// Of a file. All authorities that Debian trusts are 0.2 MiB.
constexpr size_t kMaxFileBytes = 1 << 20;

using openssl::Certificate;
using openssl::PrivateKey;
using Context = openssl::Owned<SSL_CTX, SSL_CTX_free>;

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content(kMaxFileBytes + 1, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (file.gcount() == 0 || file.bad()) {
    return absl::InvalidArgumentError("must be a file that can be read and isn't empty");
  }
  content.resize(static_cast<size_t>(file.gcount()));
  if (content.size() > kMaxFileBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("must be a file of at most ", kMaxFileBytes, " bytes"));
  }
  return content;
}

absl::StatusOr<std::vector<Certificate>> ParseCertificates(const std::string& pem) {
  const openssl::Bio reader = openssl::ReaderOf(pem);
  std::vector<Certificate> certificates;
  while (Certificate certificate = openssl::ReadCertificate(reader)) {
    certificates.push_back(std::move(certificate));
  }
  // Anything but the end of the file is half a certificate, say, which gRPC would leave out.
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (certificates.empty() || !at_end) {
    return absl::InvalidArgumentError("must be a file with whole certificates in PEM");
  }
  return certificates;
}

absl::StatusOr<PrivateKey> ParseKey(const std::string& pem) {
  PrivateKey key = openssl::ParsePrivateKey(pem);
  if (key == nullptr) {
    return absl::InvalidArgumentError(
        "must be a file with a private key in PEM that needs no password");
  }
  return key;
}

// What OpenSSL would refuse only at the first handshake: a key that is too short for its security
// level, say.
absl::Status CheckUsable(X509* certificate, EVP_PKEY* key) {
  const Context context(SSL_CTX_new(TLS_server_method()));
  absl::Status status;
  if (SSL_CTX_use_certificate(context.get(), certificate) != 1) {
    status = absl::InvalidArgumentError(
        "--tls-cert-file must be a certificate with a key that is long enough for OpenSSL");
  } else if (X509_check_private_key(certificate, key) != 1) {
    status = absl::InvalidArgumentError(
        "--tls-key-file must be the key of the first certificate in --tls-cert-file");
  } else if (SSL_CTX_use_PrivateKey(context.get(), key) != 1) {
    status = absl::InvalidArgumentError("--tls-key-file must be a key that OpenSSL can use");
  }
  ERR_clear_error();
  return status;
}

absl::Time ExpiryOf(X509* certificate) {
  std::tm parts = {};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) return absl::InfiniteFuture();
  return absl::FromTM(parts, absl::UTCTimeZone());
}

absl::Status Named(const char* setting, const absl::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat(setting, " ", status.message()));
}

// The file's text goes to `text`.
template <typename T>
absl::StatusOr<T> Read(const std::string& path, absl::StatusOr<T> (*parse)(const std::string&),
                       std::string* text = nullptr) {
  auto content = ReadFile(path);
  if (!content.ok()) return content.status();
  auto parsed = parse(*content);
  if (text != nullptr) *text = *std::move(content);
  return parsed;
}

}  // namespace

absl::Status CheckCertificateFile(const std::string& path) {
  return Read(path, ParseCertificates).status();
}

absl::Status CheckKeyFile(const std::string& path) { return Read(path, ParseKey).status(); }

bool IsWorldReadable(const std::string& path) {
  struct stat about {};
  return stat(path.c_str(), &about) == 0 && (about.st_mode & S_IROTH) != 0;
}

absl::StatusOr<TlsMaterial> ReadTlsMaterial(const TlsFiles& files) {
  TlsMaterial material;
  const auto chain = Read(files.certificate, ParseCertificates, &material.certificate_chain);
  if (!chain.ok()) return Named("--tls-cert-file", chain.status());
  const auto key = Read(files.key, ParseKey, &material.key);
  if (!key.ok()) return Named("--tls-key-file", key.status());
  if (!files.client_ca.empty()) {
    const auto authorities = Read(files.client_ca, ParseCertificates, &material.client_ca);
    if (!authorities.ok()) return Named("--tls-client-ca-file", authorities.status());
  }
  X509* const certificate = chain->front().get();
  if (absl::Status status = CheckUsable(certificate, key->get()); !status.ok()) return status;
  material.expires_at = ExpiryOf(certificate);
  return material;
}

}  // namespace chatter::config
