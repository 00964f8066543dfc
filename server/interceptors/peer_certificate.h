// Reads whose certificate the peer of a connection has shown.
//
// A pure function.
#ifndef CHATTER_SERVER_INTERCEPTORS_PEER_CERTIFICATE_H_
#define CHATTER_SERVER_INTERCEPTORS_PEER_CERTIFICATE_H_

#include <grpcpp/security/auth_context.h>

#include <string>
#include <vector>

namespace chatter::interceptors {

// The subject alternative names (DNS, URI, e-mail, IP address) of the client's certificate, which
// was verified when the connection was made; none where there was no certificate. Names that
// aren't printable ASCII are left out: no service account has such a one.
std::vector<std::string> PeerCertificateNames(const grpc::AuthContext& peer);

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_PEER_CERTIFICATE_H_
