// What a tenant has chosen, as a plain value.
#ifndef CHATTER_SERVER_MODEL_SETTINGS_H_
#define CHATTER_SERVER_MODEL_SETTINGS_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace chatter {

// The numbers are stored: never change or reuse them. They are those of chatter.v1, too.
enum class Feature : int16_t {
  kTyping = 1,
  kPresence = 2,
  kReadMarks = 3,
  kReactions = 4,
  kThreads = 5,
  kMentionsOfEveryone = 6,
  kPublicRooms = 7,
  kEditing = 8,
  kDeleting = 9,
};

// A search language that is wanted but not in force yet.
struct SearchLanguageChange {
  std::string search_language = {};  // empty: none
  absl::Time requested_at = {};
  std::string sqlstate = {};  // with which it has failed; empty: it is being prepared
};

struct Settings {
  std::vector<Feature> disabled_features = {};
  absl::Duration rewrite_window = absl::InfiniteDuration();
  bool forgets_edits = false;
  std::string search_language = {};  // in force; empty: no search
  std::optional<SearchLanguageChange> search_language_change = {};

  bool has(Feature feature) const {
    return std::find(disabled_features.begin(), disabled_features.end(), feature) ==
           disabled_features.end();
  }
};

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_SETTINGS_H_
