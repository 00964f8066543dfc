// Times of requests.
//
// Pure functions.
#ifndef CHATTER_SERVER_MODEL_TIMESTAMPS_H_
#define CHATTER_SERVER_MODEL_TIMESTAMPS_H_

#include <string_view>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "server/model/errors.h"

namespace chatter {

// Adds a violation where it isn't what a Timestamp may be, and returns some time then.
absl::Time ParseTime(std::string_view field, const google::protobuf::Timestamp& time,
                     FieldViolations& violations);

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_TIMESTAMPS_H_
