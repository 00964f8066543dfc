// Reads a whole file.
#ifndef CHATTER_CLIENT_BASE_READ_FILE_H_
#define CHATTER_CLIENT_BASE_READ_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace chatter::client {

// Errors: INVALID_ARGUMENT for a file that can't be read or is empty, a directory say; the message
// names the file and says why.
absl::StatusOr<std::string> ReadFile(const std::string& path);

}  // namespace chatter::client

#endif  // CHATTER_CLIENT_BASE_READ_FILE_H_
