#include "client/base/read_file.h"

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"

namespace chatter::client {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  // Not by stream iterators: those throw where reading fails, at a directory say.
  content << file.rdbuf();
  if (!file.is_open() || content.fail()) {
    return absl::InvalidArgumentError(absl::StrCat("can't read the file ", path));
  }
  return content.str();
}

}  // namespace chatter::client
