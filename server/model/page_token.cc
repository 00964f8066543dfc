#include "server/model/page_token.h"

#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "server/model/validate.h"

namespace chatter {
namespace {

constexpr char kVersion = '1';
constexpr size_t kHeaderBytes = 2;

// Microseconds since 1970, big-endian.
constexpr size_t kTimeBytes = 8;
// The end of the year 9999: what PostgreSQL and Protobuf both can tell.
constexpr uint64_t kMaxMicros = 253'402'300'799'999'999;

}  // namespace

std::string MakePageToken(PageKind kind, std::string_view place) {
  std::string plain{static_cast<char>(kind), kVersion};
  plain.append(place);
  return absl::WebSafeBase64Escape(plain);
}

std::optional<std::string> ReadPageToken(PageKind kind, std::string_view token) {
  if (token.size() > kMaxPageTokenBytes) return std::nullopt;
  std::string plain;
  if (!absl::WebSafeBase64Unescape(absl::string_view(token.data(), token.size()), &plain)) {
    return std::nullopt;
  }
  if (plain.size() < kHeaderBytes || plain[0] != static_cast<char>(kind) || plain[1] != kVersion) {
    return std::nullopt;
  }
  return plain.substr(kHeaderBytes);
}

std::optional<std::string> ReadUserPlace(PageKind kind, std::string_view token) {
  if (token.empty()) return std::string();
  std::optional<std::string> user_id = ReadPageToken(kind, token);
  if (user_id.has_value() && !UserIdProblem(*user_id).empty()) return std::nullopt;
  return user_id;
}

std::string MakeTimePlace(const TimePlace& place) {
  const auto micros = static_cast<uint64_t>(absl::ToUnixMicros(place.time));
  std::string out;
  for (size_t i = 0; i < kTimeBytes; ++i) {
    out.push_back(static_cast<char>(micros >> (8 * (kTimeBytes - 1 - i))));
  }
  return out + place.id;
}

std::optional<TimePlace> ReadTimePlace(std::string_view place) {
  if (place.size() < kTimeBytes) return std::nullopt;
  uint64_t micros = 0;
  for (size_t i = 0; i < kTimeBytes; ++i) micros = micros << 8 | static_cast<uint8_t>(place[i]);
  if (micros > kMaxMicros) return std::nullopt;
  return TimePlace{.time = absl::FromUnixMicros(static_cast<int64_t>(micros)),
                   .id = std::string(place.substr(kTimeBytes))};
}

std::optional<TimePlace> ReadTimePlace(std::string_view place, size_t id_bytes) {
  if (place.size() != kTimeBytes + id_bytes) return std::nullopt;
  return ReadTimePlace(place);
}

}  // namespace chatter
