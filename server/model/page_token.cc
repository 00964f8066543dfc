#include "server/model/page_token.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <memory>

#include "absl/strings/escaping.h"
#include "server/base/base64url.h"
#include "server/base/text.h"

namespace chatter {
namespace {

// What tokens look like: another number refuses those that were made before.
constexpr std::string_view kFormat = "2";
// As many as keep two lists from being taken for one another.
constexpr size_t kListBytes = 16;
// The end of the year 9999: what PostgreSQL and Protobuf both can tell.
constexpr int64_t kMaxMicros = 253'402'300'799'999'999;

// What a request says of which list it wants.
std::string QueryOf(const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> query(request.New());
  query->CopyFrom(request);
  for (const char* field : {"page_size", "page_token", "read_mask"}) {
    const auto* const found = query->GetDescriptor()->FindFieldByName(field);
    if (found != nullptr) query->GetReflection()->ClearField(query.get(), found);
  }
  return query->SerializeAsString();
}

std::string DigestOf(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const std::string_view part : parts) {
    AppendPart(static_cast<uint64_t>(part.size()), all);
    all.append(part);
  }
  const Sha256Digest digest = Sha256(all);
  return {digest.begin(), digest.begin() + kListBytes};
}

template <size_t kBytes>
bool TakeBytes(std::string_view& place, std::array<uint8_t, kBytes>& bytes) {
  if (place.size() < kBytes) return false;
  std::copy_n(place.begin(), kBytes, bytes.begin());
  place.remove_prefix(kBytes);
  return true;
}

}  // namespace

PageTokens::PageTokens(const TenantCaller& caller, const google::protobuf::Message& request)
    : list_(DigestOf({kFormat, request.GetTypeName(), QueryOf(request), caller.tenant().text(),
                      caller.user_id(), caller.service()})) {}

PageTokens::PageTokens(const Administrator& /*caller*/, const google::protobuf::Message& request)
    : list_(DigestOf({kFormat, request.GetTypeName(), QueryOf(request)})) {}

std::string PageTokens::Make(std::string_view place) const {
  std::string plain = list_;
  plain.append(place);
  return absl::WebSafeBase64Escape(plain);
}

std::optional<std::string> PageTokens::Read(std::string_view token) const {
  if (token.size() > kMaxPageTokenBytes) return std::nullopt;
  const std::optional<std::string> plain = DecodeBase64Url(token);
  if (!plain.has_value() || !plain->starts_with(list_)) return std::nullopt;
  return plain->substr(kListBytes);
}

void AppendPart(uint64_t part, std::string& place) {
  for (int shift = 56; shift >= 0; shift -= 8) place.push_back(static_cast<char>(part >> shift));
}

void AppendPart(int64_t part, std::string& place) {
  AppendPart(static_cast<uint64_t>(part), place);
}

void AppendPart(absl::Time part, std::string& place) {
  AppendPart(absl::ToUnixMicros(part), place);
}

void AppendPart(const RoomId& part, std::string& place) {
  place.append(part.bytes().begin(), part.bytes().end());
}

void AppendPart(const Sha256Digest& part, std::string& place) {
  place.append(part.begin(), part.end());
}

void AppendPart(const std::string& part, std::string& place) {
  place.append(part);
  place.push_back('\0');
}

bool TakePart(std::string_view& place, int64_t& part) {
  std::array<uint8_t, sizeof part> bytes;
  if (!TakeBytes(place, bytes)) return false;
  uint64_t number = 0;
  for (const uint8_t byte : bytes) number = number << 8 | byte;
  part = static_cast<int64_t>(number);
  return true;
}

bool TakePart(std::string_view& place, uint64_t& part) {
  int64_t number = 0;
  if (!TakePart(place, number) || number < 0) return false;
  part = static_cast<uint64_t>(number);
  return true;
}

bool TakePart(std::string_view& place, absl::Time& part) {
  int64_t micros = 0;
  if (!TakePart(place, micros) || micros < 0 || micros > kMaxMicros) return false;
  part = absl::FromUnixMicros(micros);
  return true;
}

bool TakePart(std::string_view& place, RoomId& part) {
  std::array<uint8_t, 16> bytes;
  if (!TakeBytes(place, bytes)) return false;
  part = RoomId::FromBytes(bytes);
  return true;
}

bool TakePart(std::string_view& place, Sha256Digest& part) { return TakeBytes(place, part); }

bool TakePart(std::string_view& place, std::string& part) {
  const size_t end = place.find('\0');
  if (end == std::string_view::npos || !IsUtf8(place.substr(0, end))) return false;
  part = place.substr(0, end);
  place.remove_prefix(end + 1);
  return true;
}

}  // namespace chatter
