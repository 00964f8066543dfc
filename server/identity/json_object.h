// JSON from strangers, read strictly.
//
// Pure functions. Heavy to include: for .cc files only.
#ifndef CHATTER_SERVER_IDENTITY_JSON_OBJECT_H_
#define CHATTER_SERVER_IDENTITY_JSON_OBJECT_H_

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace chatter::identity {

// nullopt: not JSON (in UTF-8), not an object, or an object somewhere in it names a member twice,
// which two readers may understand differently. The escape of half a surrogate pair, which RFC 8259
// allows and a text that was cut within an emoji has, is read as U+FFFD.
std::optional<nlohmann::json> ParseJsonObject(std::string_view text);

// Puts `\ufffd` in the place of each escape of half a surrogate pair, such as `\ud83c`. The result
// is JSON if the text was, and only then.
std::string MendSurrogates(std::string_view json);

// The member of that name if it is a text; else nullptr.
const std::string* FindText(const nlohmann::json& object, const char* name);

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_JSON_OBJECT_H_
