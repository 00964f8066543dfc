// Text in requests that isn't UTF-8.
//
// Protobuf refuses a message for the sake of one such field, and doesn't say which. This is for
// afterwards: to name it, and to read the rest. Pure functions.
#ifndef CHATTER_SERVER_WIRE_BAD_TEXT_H_
#define CHATTER_SERVER_WIRE_BAD_TEXT_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace chatter::wire {

// Looks through `bytes`, a message of `type`, and replaces each byte of a string that isn't UTF-8
// by `?`. `found` is called with the path of each such string, as FieldViolations::Add wants it; a
// value of a map is named by its key where that is short, plain and before it, and else by the map
// alone, as the keys are. Where the bytes are no Protobuf, it ends: whether all of them were read
// is for a parser to say. REQUIRES: bytes.size() <= INT_MAX.
void ReplaceBadText(const google::protobuf::Descriptor& type, std::string& bytes,
                    absl::FunctionRef<void(std::string_view path)> found);

// Why `bytes` can't be parsed as a `request`: INVALID_ARGUMENT,
//   INVALID_FIELD: for strings that aren't UTF-8, which are named, and for nothing else. `request`
//     is then what it is with each of their bytes replaced by `?`;
//   MALFORMED_REQUEST: for anything else; or for the string `needed`, without which the caller
//     can't answer. `request` is then unspecified.
// REQUIRES: parsing has failed; bytes.size() <= INT_MAX.
absl::Status UnreadableError(std::string bytes, google::protobuf::Message& request,
                             std::string_view needed = {});

// The same, for a request of `type` that isn't needed. REQUIRES: `type` is a generated one.
absl::Status UnreadableError(std::string bytes, const google::protobuf::Descriptor& type);

}  // namespace chatter::wire

#endif  // CHATTER_SERVER_WIRE_BAD_TEXT_H_
