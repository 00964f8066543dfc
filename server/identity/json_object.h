// JSON from strangers, read strictly.
//
// A pure function. Heavy to include: for .cc files only.
#ifndef CHATTER_SERVER_IDENTITY_JSON_OBJECT_H_
#define CHATTER_SERVER_IDENTITY_JSON_OBJECT_H_

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace chatter::identity {

// nullopt: not JSON (in UTF-8), not an object, or an object somewhere in it names a member twice,
// which two readers may understand differently.
std::optional<nlohmann::json> ParseJsonObject(std::string_view text);

// The member of that name if it is a text; else nullptr.
const std::string* FindText(const nlohmann::json& object, const char* name);

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_JSON_OBJECT_H_
