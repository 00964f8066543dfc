#include "server/interceptors/metadata.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "absl/strings/ascii.h"
#include "server/model/errors.h"

namespace chatter::interceptors {

absl::Status InvalidMetadataError(std::string_view key, std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_INVALID_METADATA,
                   "The metadata " + std::string(key) + std::string(what), {{"key", key}});
}

absl::StatusOr<std::optional<std::string_view>> SingleValue(const ClientMetadata& metadata,
                                                            std::string_view key, size_t max_bytes,
                                                            Charset charset) {
  const auto [begin, end] = metadata.equal_range(grpc::string_ref(key.data(), key.size()));
  if (begin == end) return std::nullopt;
  if (std::next(begin) != end) return InvalidMetadataError(key, " may be given once only.");
  const std::string_view value(begin->second.data(), begin->second.size());
  if (value.size() > max_bytes) return InvalidMetadataError(key, " is too long.");
  const auto may_be_there = [charset](char c) {
    if (charset == Charset::kBytes) return true;
    const auto byte = static_cast<unsigned char>(c);
    return absl::ascii_isprint(byte) || (charset == Charset::kBeyondAscii && byte >= 0x80);
  };
  if (!std::all_of(value.begin(), value.end(), may_be_there)) {
    return InvalidMetadataError(key, " has bytes that aren't printable ASCII.");
  }
  return value;
}

}  // namespace chatter::interceptors
