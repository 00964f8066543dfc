// The table of all settings: one row for each, wherever it is read from.
#ifndef CHATTER_SERVER_CONFIG_SETTINGS_H_
#define CHATTER_SERVER_CONFIG_SETTINGS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "server/config/config.h"

namespace chatter::config {

struct Setting {
  std::string_view name;        // the flag without its hyphens, and the key in the file
  std::string_view value_name;  // empty: a switch, whose value is "true" or "false"
  std::string_view help;
  // Puts the value into the configuration; else returns what it must be, to stand behind the name.
  std::string (*apply)(const std::string& value, Config& config);
};

absl::Span<const Setting> AllSettings();

// "CHATTERD_DATABASE_URL" for "database-url".
std::string EnvironmentName(std::string_view setting);

struct FileEntry {
  int line = 0;
  std::string key;
  std::string value;
};
// Reads lines of `key = value`; the value may stand in double quotes. Empty lines and those that
// begin with `#` don't count.
// Errors: INVALID_ARGUMENT, with one line that names the file and the place.
absl::StatusOr<std::vector<FileEntry>> ReadSettingsFile(const std::string& path);

}  // namespace chatter::config

#endif  // CHATTER_SERVER_CONFIG_SETTINGS_H_
