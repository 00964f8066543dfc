// What a channel is secured with.
#ifndef CHATTER_CLIENT_CALLS_TLS_H_
#define CHATTER_CLIENT_CALLS_TLS_H_

#include <grpcpp/security/credentials.h>

#include <memory>

#include "absl/status/statusor.h"
#include "chatter/client/options.h"

namespace chatter::client {

// By the options for TLS; without it, nothing.
// Errors: INVALID_ARGUMENT (options that exclude each other, a file that can't be read or isn't
// what it should be).
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeChannelCredentials(
    const ClientOptions& options);

}  // namespace chatter::client

#endif  // CHATTER_CLIENT_CALLS_TLS_H_
