#include "server/identity/tenant_name.h"

#include <algorithm>

#include "server/model/host.h"

namespace chatter::identity {
namespace {

constexpr char kKey[] = "x-chatter-tenant";
constexpr char kBinaryKey[] = "x-chatter-tenant-bin";

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

}  // namespace

absl::StatusOr<std::optional<std::string_view>> ReadTenantName(const CallMetadata& metadata) {
  const auto text = SingleValue(metadata, kKey, kMaxHostBytes, Charset::kBeyondAscii);
  if (!text.ok()) return text.status();
  const auto binary = SingleValue(metadata, kBinaryKey, kMaxHostBytes, Charset::kBytes);
  if (!binary.ok()) return binary.status();
  if (text->has_value() && !IsAscii(**text)) {
    return InvalidMetadataError(kKey, " has bytes beyond ASCII: they belong into its -bin.");
  }
  if (text->has_value() && binary->has_value() && **text != **binary) {
    return InvalidMetadataError(kKey, " and its -bin name different tenants.");
  }
  return text->has_value() ? *text : *binary;
}

}  // namespace chatter::identity
