// What a tenant's name must be, for people.
#ifndef CHATTER_SERVER_MODEL_SCHEMA_NAME_H_
#define CHATTER_SERVER_MODEL_SCHEMA_NAME_H_

#include <string_view>

namespace chatter {

// What the name must be, to stand behind what has it; empty: SchemaName::Parse takes it.
std::string_view SchemaNameProblem(std::string_view name);

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_SCHEMA_NAME_H_
