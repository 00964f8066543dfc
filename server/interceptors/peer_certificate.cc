#include "server/interceptors/peer_certificate.h"

#include <grpc/grpc_security_constants.h>

#include <algorithm>

#include "absl/strings/ascii.h"

namespace chatter::interceptors {

std::vector<std::string> PeerCertificateNames(const grpc::AuthContext& peer) {
  std::vector<std::string> names;
  if (!peer.IsPeerAuthenticated()) return names;
  for (const grpc::string_ref& value : peer.FindPropertyValues(GRPC_X509_SAN_PROPERTY_NAME)) {
    std::string name(value.data(), value.size());
    if (std::all_of(name.begin(), name.end(),
                    [](unsigned char c) { return absl::ascii_isprint(c); })) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

}  // namespace chatter::interceptors
