// gRPC channels to a server, and the metadata that goes with every call.
#ifndef CHATTER_CLIENT_CALLS_CHANNEL_H_
#define CHATTER_CLIENT_CALLS_CHANNEL_H_

#include <grpcpp/channel.h>

#include <memory>

#include "absl/status/statusor.h"
#include "chatter/client/options.h"

namespace grpc {
class ClientContext;
}

namespace chatter::client {

// Checks the options; connects only with the first call.
// Errors: INVALID_ARGUMENT (also: a file that can't be read).
absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const ClientOptions& options);

// Says for which tenant and as whom the call is.
void AddMetadata(const ClientOptions& options, grpc::ClientContext& context);

}  // namespace chatter::client

#endif  // CHATTER_CLIENT_CALLS_CHANNEL_H_
