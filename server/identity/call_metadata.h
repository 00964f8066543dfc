// Reads a call's metadata, which is hostile until checked.
//
// Pure functions.
#ifndef CHATTER_SERVER_IDENTITY_CALL_METADATA_H_
#define CHATTER_SERVER_IDENTITY_CALL_METADATA_H_

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace chatter::identity {

// The names and values that came with a call: gRPC's metadata, or HTTP's header fields. They are in
// any order; a name is in lower case, and may be there several times. The bytes belong to whoever
// has read the call off the wire.
using CallMetadata = std::vector<std::pair<std::string_view, std::string_view>>;

// Which bytes a value may have.
enum class Charset {
  kPrintableAscii,
  kBeyondAscii,  // the same, and bytes beyond ASCII, which are the caller's to check
  kBytes,        // any, in keys that end with "-bin"
};

// INVALID_ARGUMENT (INVALID_METADATA): "The metadata <key><what>".
absl::Status InvalidMetadataError(std::string_view key, std::string_view what);

// Whether there is an entry with this key.
bool HasKey(const CallMetadata& metadata, std::string_view key);

// The value of the one entry with this key; nullopt: there is none. Valid as long as the metadata.
// Errors: INVALID_ARGUMENT (INVALID_METADATA) for several entries, more than `max_bytes`, or bytes
// that it may not have. The value itself isn't repeated in the error.
absl::StatusOr<std::optional<std::string_view>> SingleValue(
    const CallMetadata& metadata, std::string_view key, size_t max_bytes,
    Charset charset = Charset::kPrintableAscii);

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_CALL_METADATA_H_
