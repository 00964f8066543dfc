// JSON as Python's json module writes and reads it: what RFC 8259 has, and somewhat more.
//
// A pure function. Heavy to include: for .cc files only.
#ifndef CHATTER_SERVER_IDENTITY_PYTHON_JSON_H_
#define CHATTER_SERVER_IDENTITY_PYTHON_JSON_H_

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace chatter::identity {

// nullopt: not JSON, or not an object. As in Python, the last of several members of one name
// counts. NaN, Infinity, -Infinity and numbers beyond those of a double are read as null, and half
// a surrogate pair as in json_object.h.
std::optional<nlohmann::json> ParsePythonObject(std::string_view text);

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_PYTHON_JSON_H_
