// Where the next page of a list begins, as text that means nothing to clients.
//
// A token is base64url of: the kind of list, the version of the encoding, the place. It grants
// nothing: the next call's own credential does. Pure functions.
#ifndef CHATTER_SERVER_MODEL_PAGE_TOKEN_H_
#define CHATTER_SERVER_MODEL_PAGE_TOKEN_H_

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace chatter {

// The values are in tokens that clients hold: never change or reuse them.
enum class PageKind : char {
  kEdits = 'e',
  kFoundMessages = 'f',
  kMembers = 'm',
  kPinnedMessages = 'i',
  kPublicRooms = 'p',
  kReactions = 'c',
  kRecipients = 'n',
  kRooms = 'r',
  kServiceAccounts = 'a',
  kSessions = 's',
  kTenants = 't',
  kUsers = 'u'
};

inline constexpr size_t kMaxPageTokenBytes = 1024;
inline constexpr std::string_view kPageTokenProblem =
    "must be a `next_page_token` of this list, unchanged";

std::string MakePageToken(PageKind kind, std::string_view place);
// nullopt: MakePageToken didn't make it for this kind of list. The place is still to be checked:
// anybody can make a token.
std::optional<std::string> ReadPageToken(PageKind kind, std::string_view token);

// The place of a list that goes by user id; an empty token: the start. nullopt: no such place.
std::optional<std::string> ReadUserPlace(PageKind kind, std::string_view token);

// The place of a list that goes by time, and by id among what has the same time.
struct TimePlace {
  absl::Time time;
  std::string id;  // bytes
};
std::string MakeTimePlace(const TimePlace& place);
// nullopt: MakeTimePlace didn't make it. The id is still to be checked.
std::optional<TimePlace> ReadTimePlace(std::string_view place);
// The same for an id of so many bytes.
std::optional<TimePlace> ReadTimePlace(std::string_view place, size_t id_bytes);

// Lists are read with one entry more than the page holds: cuts that off, and returns whether it was
// there, so that there is another page.
template <typename Entry>
bool CutToPage(std::vector<Entry>& entries, int page_size) {
  const auto size = static_cast<size_t>(page_size);
  if (entries.size() <= size) return false;
  entries.erase(entries.begin() + page_size, entries.end());
  return true;
}

// The same for entries of some size: cuts off, too, what doesn't fit in `kMaxPageBytes`.
inline constexpr size_t kMaxPageBytes = 2 << 20;
template <typename Entry, typename BytesOf>
bool CutToPage(std::vector<Entry>& entries, int page_size, BytesOf bytes_of) {
  size_t bytes = 0;
  int count = 0;
  for (const Entry& entry : entries) {
    bytes += bytes_of(entry);
    if (count > 0 && bytes > kMaxPageBytes) break;
    ++count;
  }
  return CutToPage(entries, std::min(page_size, count));
}

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_PAGE_TOKEN_H_
