// Reads request metadata, which is hostile until checked.
//
// Pure functions.
#ifndef CHATTER_SERVER_INTERCEPTORS_METADATA_H_
#define CHATTER_SERVER_INTERCEPTORS_METADATA_H_

#include <grpcpp/support/string_ref.h>

#include <map>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace chatter::interceptors {

using ClientMetadata = std::multimap<grpc::string_ref, grpc::string_ref>;

// How much metadata a call may carry, in bytes as HTTP/2 counts them. gRPC refuses more.
inline constexpr int kMaxMetadataBytes = 16 * 1024;

// Which bytes a value may have.
enum class Charset {
  kPrintableAscii,
  kBeyondAscii,  // the same, and bytes beyond ASCII, which are the caller's to check
  kBytes,        // any, in keys that end with "-bin"
};

// INVALID_ARGUMENT (INVALID_METADATA): "The metadata <key><what>".
absl::Status InvalidMetadataError(std::string_view key, std::string_view what);

// The value of the one entry with this key; nullopt: there is none. Valid as long as the metadata.
// Errors: INVALID_ARGUMENT (INVALID_METADATA) for several entries, more than `max_bytes`, or bytes
// that it may not have. The value itself isn't repeated in the error.
absl::StatusOr<std::optional<std::string_view>> SingleValue(
    const ClientMetadata& metadata, std::string_view key, size_t max_bytes,
    Charset charset = Charset::kPrintableAscii);

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_METADATA_H_
