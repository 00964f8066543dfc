#include "server/chat/log_pages.h"

#include <optional>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/time/clock.h"

namespace chatter::chat {
namespace {

constexpr absl::Duration kReadTimeout = absl::Seconds(10);

}  // namespace

size_t LogPages::Page::bytes() const {
  size_t bytes = 0;
  for (const EncodedRun& run : runs) bytes += run.bytes->size();
  return bytes;
}

LogPages::LogPages(store::EventReader& reader, Hub::Encoder encode)
    : reader_(reader), encode_(std::move(encode)) {}

LogPages::~LogPages() = default;

void LogPages::Read(const RoomKey& room, uint64_t after_seq, Callback<PagePtr> done) {
  const Place place{room, after_seq};
  if (PagePtr kept = FindKept(place)) {
    worker_.Post([kept = std::move(kept), done = std::move(done)]() mutable { done(kept); });
    return;
  }
  {
    MutexLock lock(mu_);
    Waiters& waiters = wanted_[place];
    if (waiters.empty()) waiting_.push_back(place);
    waiters.push_back(std::move(done));
  }
  ReadNext();
}

// nullptr: it isn't kept.
LogPages::PagePtr LogPages::FindKept(const Place& place) {
  MutexLock lock(mu_);
  ++times_wanted_;
  const auto found = kept_places_.find(place);
  if (found == kept_places_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, found->second);
  return kept_.front().page;
}

LogPages::Stats LogPages::stats() const {
  MutexLock lock(mu_);
  return {.wanted = times_wanted_,
          .read = times_read_,
          .waiting = waiting_.size(),
          .kept_bytes = kept_bytes_};
}

// Reads the next page that is wanted, unless enough of them are under way.
void LogPages::ReadNext() {
  std::optional<Place> place;
  uint64_t forgotten = 0;
  {
    MutexLock lock(mu_);
    if (under_way_ == kMaxReads || waiting_.empty()) return;
    ++under_way_;
    ++times_read_;
    forgotten = times_forgotten_;
    place = std::move(waiting_.front());
    waiting_.pop_front();
  }
  const int limit = kPageEvents - static_cast<int>(place->second % kPageEvents);
  reader_.ReadEvents(place->first, place->second, limit, absl::Now() + kReadTimeout,
                     [this, place = *place, forgotten](absl::StatusOr<EventPage> events) {
                       worker_.Post([this, place, forgotten, events = std::move(events)] {
                         Answer(place, forgotten, Encode(events));
                       });
                     });
}

absl::StatusOr<LogPages::PagePtr> LogPages::Encode(const absl::StatusOr<EventPage>& events) const {
  if (!events.ok()) return events.status();
  auto page = std::make_shared<Page>();
  if (!events->events.empty()) page->runs = encode_(events->events);
  page->has_more = events->has_more;
  return page;
}

void LogPages::Forget(const RoomKey& room) {
  MutexLock lock(mu_);
  ++times_forgotten_;
  for (auto kept = kept_.begin(); kept != kept_.end();) {
    if (kept->place.first != room) {
      ++kept;
      continue;
    }
    kept_bytes_ -= kept->page->bytes();
    kept_places_.erase(kept->place);
    kept = kept_.erase(kept);
  }
}

// `forgotten`: how often something had been forgotten when the page began to be read.
void LogPages::Answer(const Place& place, uint64_t forgotten, const absl::StatusOr<PagePtr>& page) {
  Waiters waiters;
  {
    MutexLock lock(mu_);
    --under_way_;
    waiters = TakeWaiters(place);
    // The last page still grows.
    if (page.ok() && (*page)->has_more && forgotten == times_forgotten_) Keep(place, *page);
    // Without a database nobody is kept waiting for a turn that would end in the same way.
    if (absl::IsUnavailable(page.status()) || absl::IsDeadlineExceeded(page.status())) {
      for (const Place& other : std::exchange(waiting_, {})) {
        for (auto& done : TakeWaiters(other)) waiters.push_back(std::move(done));
      }
    }
  }
  ReadNext();
  for (auto& done : waiters) done(page);
}

LogPages::Waiters LogPages::TakeWaiters(const Place& place) {
  return std::move(wanted_.extract(place).mapped());
}

void LogPages::Keep(const Place& place, const PagePtr& page) {
  if (kept_places_.contains(place)) return;  // another read of it was quicker
  kept_.push_front({place, page});
  kept_places_[place] = kept_.begin();
  kept_bytes_ += page->bytes();
  while (kept_bytes_ > kMaxKeptBytes) {
    kept_bytes_ -= kept_.back().page->bytes();
    kept_places_.erase(kept_.back().place);
    kept_.pop_back();
  }
}

}  // namespace chatter::chat
