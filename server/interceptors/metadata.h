// gRPC's metadata as the rest of the server reads it.
#ifndef CHATTER_SERVER_INTERCEPTORS_METADATA_H_
#define CHATTER_SERVER_INTERCEPTORS_METADATA_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/string_ref.h>

#include <string_view>

#include "server/identity/call_metadata.h"

namespace chatter::interceptors {

inline std::string_view ToView(const grpc::string_ref& text) { return {text.data(), text.size()}; }

// What the client has sent along with the call. Valid as long as the context.
inline identity::CallMetadata MetadataOf(const grpc::CallbackServerContext& context) {
  identity::CallMetadata metadata;
  metadata.reserve(context.client_metadata().size());
  for (const auto& [key, value] : context.client_metadata()) {
    metadata.emplace_back(ToView(key), ToView(value));
  }
  return metadata;
}

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_METADATA_H_
