#include "server/interceptors/peer_certificate.h"

#include <grpc/grpc_security_constants.h>

#include <algorithm>

#include "absl/strings/ascii.h"

namespace chatter::interceptors {
namespace {

bool IsPrintable(const grpc::string_ref& name) {
  return std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return absl::ascii_isprint(c); });
}

}  // namespace

std::vector<std::string> PeerCertificateNames(const grpc::AuthContext& peer) {
  std::vector<std::string> names;
  // Not GRPC_X509_SAN_PROPERTY_NAME: that has a made-up text in place of names of other kinds.
  for (const char* kind : {GRPC_PEER_DNS_PROPERTY_NAME, GRPC_PEER_URI_PROPERTY_NAME,
                           GRPC_PEER_EMAIL_PROPERTY_NAME, GRPC_PEER_IP_PROPERTY_NAME}) {
    for (const grpc::string_ref& name : peer.FindPropertyValues(kind)) {
      if (IsPrintable(name)) names.emplace_back(name.data(), name.size());
    }
  }
  return names;
}

}  // namespace chatter::interceptors
