#include "server/app/tls.h"

#include <grpc/grpc.h>
#include <grpcpp/version_info.h>

#include <utility>

#include "server/base/clock.h"
#include "spdlog/spdlog.h"

namespace chatter::app {
namespace {

void LogExpiry(absl::Time expires_at) {
  const auto level = expires_at > Clock::Real().Now() ? spdlog::level::info : spdlog::level::warn;
  spdlog::log(level, "certificate: expires={}",
              absl::FormatTime(absl::RFC3339_sec, expires_at, absl::UTCTimeZone()));
}

// gRPC can reload certificates in its C API only, and this brings that to C++.
class CredentialsOfCore final : public grpc::ServerCredentials {
 public:
#if GRPC_CPP_VERSION_MAJOR == 1 && GRPC_CPP_VERSION_MINOR < 64
  explicit CredentialsOfCore(grpc_server_credentials* core) : core_(core) {}
  ~CredentialsOfCore() override { grpc_server_credentials_release(core_); }
#else  // the base class owns them
  explicit CredentialsOfCore(grpc_server_credentials* core)
      : grpc::ServerCredentials(core), core_(core) {}
#endif

  // For credentials in metadata, which our interceptors read.
  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), core_);
  }

  grpc_server_credentials* const core_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<TlsCertificates>> TlsCertificates::Create(config::TlsFiles files) {
  auto material = config::ReadTlsMaterial(files);
  if (!material.ok()) return material.status();
  LogExpiry(material->expires_at);
  if (config::IsWorldReadable(files.key)) {
    spdlog::warn("every user of this machine can read the private key: file={}", files.key);
  }
  return std::unique_ptr<TlsCertificates>(
      new TlsCertificates(std::move(files), *std::move(material)));
}

TlsCertificates::TlsCertificates(config::TlsFiles files, config::TlsMaterial material)
    : files_(std::move(files)), material_(std::move(material)) {}

std::shared_ptr<grpc::ServerCredentials> TlsCertificates::MakeServerCredentials() {
  // Who shows none may have another credential; one that doesn't verify ends the handshake.
  const auto request = files_.client_ca.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                                : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY;
  return std::make_shared<CredentialsOfCore>(grpc_ssl_server_credentials_create_with_options(
      grpc_ssl_server_credentials_create_options_using_config_fetcher(request, &GiveToGrpc, this)));
}

void TlsCertificates::Refresh() {
  auto read = config::ReadTlsMaterial(files_);
  const std::string problem(read.status().message());
  if (problem_.IsNews(problem)) {
    spdlog::error(
        "certificate not renewed, the old one goes on: {}: certificate={} key={} client_ca={}",
        problem, files_.certificate, files_.key, files_.client_ca);
  }
  if (!read.ok()) return;
  const absl::Time expires_at = read->expires_at;
  {
    MutexLock lock(mu_);
    if (*read == material_) return;
    material_ = *std::move(read);
    given_ = false;
  }
  LogExpiry(expires_at);
}

grpc_ssl_server_certificate_config* TlsCertificates::TakeNew() {
  MutexLock lock(mu_);
  if (std::exchange(given_, true)) return nullptr;
  const grpc_ssl_pem_key_cert_pair pair = {.private_key = material_.key.c_str(),
                                           .cert_chain = material_.certificate_chain.c_str()};
  // gRPC insists on authorities even if it is not to ask anybody: then they are of no consequence.
  const std::string& authorities =
      material_.client_ca.empty() ? material_.certificate_chain : material_.client_ca;
  return grpc_ssl_server_certificate_config_create(authorities.c_str(), &pair, 1);
}

grpc_ssl_certificate_config_reload_status TlsCertificates::GiveToGrpc(
    void* self, grpc_ssl_server_certificate_config** config) {
  *config = static_cast<TlsCertificates*>(self)->TakeNew();
  return *config == nullptr ? GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED
                            : GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

}  // namespace chatter::app
