// What a client's certificate says about the client.
//
// An interceptor has the context at POST_RECV_INITIAL_METADATA. A pure function.
#ifndef CHATTER_SERVER_INTERCEPTORS_PEER_CERTIFICATE_H_
#define CHATTER_SERVER_INTERCEPTORS_PEER_CERTIFICATE_H_

#include <grpcpp/security/auth_context.h>

#include <string>
#include <vector>

namespace chatter::interceptors {

// The subject alternative names (DNS, URI, e-mail, IP address as text) of the client's certificate,
// which was verified when the connection was made. None: there was no certificate. The common name
// isn't among them: it may be anything. Left out are names of other kinds, and those that aren't
// printable ASCII: no service account has one.
std::vector<std::string> PeerCertificateNames(const grpc::AuthContext& peer);

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_PEER_CERTIFICATE_H_
