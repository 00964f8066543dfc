// gRPC channels to a server, and the metadata that goes with every call.
#ifndef CHATTER_CLIENT_CHANNEL_H_
#define CHATTER_CLIENT_CHANNEL_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "client/options.h"

namespace grpc {
class ClientContext;
}

namespace chatter::client {

struct CallMetadata {
  std::string tenant;
  std::string token;
  std::string on_behalf_of;
};

CallMetadata MetadataOf(const ClientOptions& options);

// Checks the options; connects only with the first call.
// Errors: INVALID_ARGUMENT (also: a file that can't be read).
absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const ClientOptions& options);

void AddMetadata(const CallMetadata& metadata, grpc::ClientContext& context);

}  // namespace chatter::client

#endif  // CHATTER_CLIENT_CHANNEL_H_
