// Which fields an update is about.
#ifndef CHATTER_SERVER_MODEL_FIELD_MASK_H_
#define CHATTER_SERVER_MODEL_FIELD_MASK_H_

#include <google/protobuf/message.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "server/model/errors.h"

namespace chatter {

// Returns those of `fields`, which are paths of `holder`, that the update sets: what `mask` names;
// all of them where it is `*`; where it is empty, those that are set in `holder` (as google.aip.dev
// says, number 134). Adds a violation of `update_mask` where it names anything else, or nothing.
std::vector<std::string> ParseUpdateMask(const google::protobuf::Message& holder,
                                         const std::vector<std::string>& mask,
                                         std::initializer_list<std::string_view> fields,
                                         FieldViolations& violations);

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_FIELD_MASK_H_
