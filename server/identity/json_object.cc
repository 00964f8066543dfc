#include "server/identity/json_object.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace chatter::identity {
namespace {

constexpr size_t kEscapeBytes = 6;  // \uXXXX

// The code unit whose escape `json` begins with; 0: none.
uint32_t ReadEscape(std::string_view json) {
  uint32_t unit = 0;
  if (json.size() < kEscapeBytes || !json.starts_with("\\u") ||
      !std::all_of(json.begin() + 2, json.begin() + kEscapeBytes, absl::ascii_isxdigit) ||
      !absl::SimpleHexAtoi(absl::string_view(json.data() + 2, kEscapeBytes - 2), &unit)) {
    return 0;
  }
  return unit;
}

bool IsHigh(uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool IsLow(uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

}  // namespace

std::string MendSurrogates(std::string_view json) {
  std::string mended;
  mended.reserve(json.size());
  while (!json.empty()) {
    const uint32_t unit = ReadEscape(json);
    const bool is_pair = IsHigh(unit) && IsLow(ReadEscape(json.substr(kEscapeBytes)));
    if (!is_pair && (IsHigh(unit) || IsLow(unit))) {
      mended += "\\ufffd";
      json.remove_prefix(kEscapeBytes);
      continue;
    }
    // A backslash takes the byte behind it along, so that it is never taken for an escape's own.
    const size_t size = is_pair ? 2 * kEscapeBytes : json.front() == '\\' ? 2 : 1;
    mended += json.substr(0, size);
    json.remove_prefix(std::min(size, json.size()));
  }
  return mended;
}

std::optional<nlohmann::json> ParseJsonObject(std::string_view text) {
  const std::string mended = MendSurrogates(text);
  using Event = nlohmann::json::parse_event_t;
  std::vector<std::set<std::string>> open;  // the names seen in each object that isn't closed yet
  bool repeated = false;
  const auto watch = [&](int /*depth*/, Event event, nlohmann::json& parsed) {
    if (event == Event::object_start) open.emplace_back();
    if (event == Event::object_end) open.pop_back();
    if (event == Event::key && !open.back().insert(parsed.get<std::string>()).second) {
      repeated = true;
    }
    return true;
  };
  auto value = nlohmann::json::parse(mended, watch, /*allow_exceptions=*/false);
  if (repeated || !value.is_object()) return std::nullopt;
  return value;
}

const std::string* FindText(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

}  // namespace chatter::identity
