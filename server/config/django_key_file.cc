#include "server/config/django_key_file.h"

#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"

namespace chatter::config {
namespace {

constexpr size_t kMaxKeys = 16;
constexpr size_t kMaxKeyBytes = 4'096;

}  // namespace

absl::StatusOr<identity::DjangoSecretKeys> ReadDjangoKeyFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) return absl::InvalidArgumentError("must be a file that can be read");
  identity::DjangoSecretKeys keys;
  for (std::string line; std::getline(file, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty()) continue;
    if (line.size() > kMaxKeyBytes || keys.size() == kMaxKeys) {
      return absl::InvalidArgumentError(absl::StrCat("must be a file with at most ", kMaxKeys,
                                                     " keys of at most ", kMaxKeyBytes, " bytes"));
    }
    keys.push_back(std::move(line));
  }
  if (keys.empty()) {
    return absl::InvalidArgumentError("must be a file with Django's SECRET_KEY in its first line");
  }
  return keys;
}

}  // namespace chatter::config
