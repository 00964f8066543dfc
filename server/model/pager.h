// Lists in pages: what a request says of its page, and the page that answers it.
//
// A list makes a Pager from its caller and its request, reads up to `limit` entries behind
// `After`, and answers with what `Cut` makes of them. Values; thread-safe.
#ifndef CHATTER_SERVER_MODEL_PAGER_H_
#define CHATTER_SERVER_MODEL_PAGER_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "server/model/errors.h"
#include "server/model/page_token.h"
#include "server/model/validate.h"

namespace chatter {

template <typename Entry>
struct Page {
  std::vector<Entry> entries;
  std::string next_page_token;  // empty: this was the last one
};

// What entries of some size may have together.
inline constexpr size_t kMaxPageBytes = 2 << 20;

// `Parts`: by what the list goes; they tell any two entries apart.
template <typename... Parts>
class Pager {
 public:
  using Place = std::tuple<Parts...>;

  // Adds a violation for a `page_size` that is negative, and for a `page_token` that isn't of this
  // list as this caller asks for it. `Who`: what PageTokens takes.
  template <typename Who, typename Request>
  Pager(const Who& caller, const Request& request, PageSizes sizes, FieldViolations& violations)
      : tokens_(caller, request), size_(ParsePageSize(request.page_size(), sizes, violations)) {
    if (request.page_token().empty()) return;
    after_ = Read(request.page_token());
    if (!after_.has_value()) {
      violations.Add("page_token", "must be a `next_page_token` of this list, unchanged");
    }
  }

  // The most entries that the page may have.
  int size() const { return size_; }
  // How many to read: one more tells that another page follows.
  int limit() const { return size_ + 1; }

  // The place behind which the page begins, as a Position{parts...}. nullopt: the list's start.
  template <typename Position>
  std::optional<Position> After() const {
    if (!after_.has_value()) return std::nullopt;
    return std::apply([](const Parts&... parts) { return Position{parts...}; }, *after_);
  }

  // Cuts off what was read beyond the page. `place_of(entry)`: its Place.
  template <typename Entry, typename PlaceOf>
  Page<Entry> Cut(std::vector<Entry> entries, PlaceOf place_of) const {
    return CutAt(static_cast<size_t>(size_), std::move(entries), place_of);
  }
  // The same for entries of some size: cuts off, too, what doesn't fit in kMaxPageBytes behind the
  // first.
  template <typename Entry, typename PlaceOf, typename BytesOf>
  Page<Entry> Cut(std::vector<Entry> entries, PlaceOf place_of, BytesOf bytes_of) const {
    size_t bytes = 0;
    size_t count = 0;
    for (const Entry& entry : entries) {
      bytes += bytes_of(entry);
      if (count > 0 && bytes > kMaxPageBytes) break;
      ++count;
    }
    return CutAt(std::min(static_cast<size_t>(size_), count), std::move(entries), place_of);
  }

  // The token of the page that begins behind `place`.
  std::string TokenAfter(const Place& place) const {
    std::string bytes;
    std::apply([&bytes](const Parts&... parts) { (AppendPart(parts, bytes), ...); }, place);
    return tokens_.Make(bytes);
  }

 private:
  std::optional<Place> Read(std::string_view token) const {
    const std::optional<std::string> bytes = tokens_.Read(token);
    if (!bytes.has_value()) return std::nullopt;
    std::string_view left = *bytes;
    Place place;
    const bool all =
        std::apply([&left](Parts&... parts) { return (TakePart(left, parts) && ...); }, place);
    if (!all || !left.empty()) return std::nullopt;
    return place;
  }

  template <typename Entry, typename PlaceOf>
  Page<Entry> CutAt(size_t count, std::vector<Entry> entries, PlaceOf place_of) const {
    Page<Entry> page{.entries = std::move(entries), .next_page_token = {}};
    if (page.entries.size() <= count) return page;
    page.entries.erase(page.entries.begin() + static_cast<std::ptrdiff_t>(count),
                       page.entries.end());
    page.next_page_token = TokenAfter(place_of(page.entries.back()));
    return page;
  }

  PageTokens tokens_;
  int size_;
  std::optional<Place> after_;
};

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_PAGER_H_
