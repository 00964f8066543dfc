#include "server/identity/json_object.h"

#include <set>
#include <vector>

namespace chatter::identity {

std::optional<nlohmann::json> ParseJsonObject(std::string_view text) {
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
  auto value = nlohmann::json::parse(text.begin(), text.end(), watch, /*allow_exceptions=*/false);
  if (repeated || !value.is_object()) return std::nullopt;
  return value;
}

const std::string* FindText(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

}  // namespace chatter::identity
