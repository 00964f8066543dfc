// Client certificates that stand for service accounts, by a table of their subject alternative
// names. The TLS handshake has verified the certificate.
//
// Thread-safe.
#ifndef CHATTER_SERVER_IDENTITY_CLIENT_CERTIFICATE_AUTHENTICATOR_H_
#define CHATTER_SERVER_IDENTITY_CLIENT_CERTIFICATE_AUTHENTICATOR_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/steady_time.h"
#include "server/identity/authenticator.h"
#include "server/model/service_account.h"

namespace chatter::identity {

// Where accounts are looked up. Both must call back by the deadline.
struct CertificateLookups {
  // The accounts that these names of one certificate stand for.
  std::function<void(std::vector<std::string> subject_names, SteadyTime deadline,
                     Callback<std::vector<ServiceIdentity>>)>
      find;
  // The accounts of these names, in order; nullopt: there is none any more.
  std::function<void(std::vector<std::string> accounts, SteadyTime deadline,
                     Callback<std::vector<std::optional<ServiceIdentity>>>)>
      find_again;
};

// A certificate whose names stand for two accounts is nobody's.
class ClientCertificateAuthenticator final : public Authenticator {
 public:
  explicit ClientCertificateAuthenticator(CertificateLookups lookups)
      : lookups_(std::move(lookups)) {}

  CredentialKind kind() const override { return CredentialKind::kClientCertificate; }
  void Authenticate(const std::optional<TenantKey>& tenant, const Credential& credential,
                    SteadyTime deadline, Callback<std::optional<Principal>> done) override;
  void Recheck(const TenantKey& tenant, std::vector<Principal> held, SteadyTime deadline,
               Callback<std::vector<size_t>> done) override;

 private:
  const CertificateLookups lookups_;
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_CLIENT_CERTIFICATE_AUTHENTICATOR_H_
