#include "server/identity/call_metadata.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "absl/strings/ascii.h"
#include "server/model/errors.h"

namespace chatter::identity {
namespace {

bool IsAllowed(char c, Charset charset) {
  if (charset == Charset::kBytes) return true;
  const auto byte = static_cast<unsigned char>(c);
  return absl::ascii_isprint(byte) || (charset == Charset::kBeyondAscii && byte >= 0x80);
}

}  // namespace

absl::Status InvalidMetadataError(std::string_view key, std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_INVALID_METADATA,
                   "The metadata " + std::string(key) + std::string(what), {{"key", key}});
}

bool HasKey(const CallMetadata& metadata, std::string_view key) {
  return std::any_of(metadata.begin(), metadata.end(),
                     [key](const auto& entry) { return entry.first == key; });
}

absl::StatusOr<std::optional<std::string_view>> SingleValue(const CallMetadata& metadata,
                                                            std::string_view key, size_t max_bytes,
                                                            Charset charset) {
  const auto has_key = [key](const auto& entry) { return entry.first == key; };
  const auto found = std::find_if(metadata.begin(), metadata.end(), has_key);
  if (found == metadata.end()) return std::nullopt;
  if (std::any_of(std::next(found), metadata.end(), has_key)) {
    return InvalidMetadataError(key, " may be given once only.");
  }
  const std::string_view value = found->second;
  if (value.size() > max_bytes) return InvalidMetadataError(key, " is too long.");
  if (!std::all_of(value.begin(), value.end(), [=](char c) { return IsAllowed(c, charset); })) {
    return InvalidMetadataError(key, " has bytes that aren't printable ASCII.");
  }
  return value;
}

}  // namespace chatter::identity
