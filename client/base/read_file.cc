#include "client/base/read_file.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace chatter::client {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const auto fail = [&](const std::string& why) {
    return absl::InvalidArgumentError(absl::StrCat("can't read the file ", path, ": ", why));
  };
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return fail("it is a directory");
  errno = 0;
  const std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) return fail(std::generic_category().message(errno));
  std::ostringstream content;
  // Not by stream iterators: those throw where reading fails.
  content << file.rdbuf();
  if (content.fail())
    return fail(errno == 0 ? "it is empty" : std::generic_category().message(errno));
  return content.str();
}

}  // namespace chatter::client
