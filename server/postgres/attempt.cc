#include "server/postgres/attempt.h"

#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/base/crypto.h"

namespace chatter::postgres {

std::string NewAttemptId() {
  std::array<char, 16> random;
  RandomBytes(random.data(), random.size());
  // Ids of clients have no control characters.
  return absl::StrCat("\x01", absl::BytesToHexString({random.data(), random.size()}));
}

}  // namespace chatter::postgres
