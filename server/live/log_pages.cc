#include "server/live/log_pages.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "absl/hash/hash.h"
#include "common/steady_time.h"
#include "server/model/errors.h"

namespace chatter::live {
namespace {

constexpr absl::Duration kReadTimeout = absl::Seconds(10);

bool ErasesTexts(const RoomEvent& event) {
  return std::holds_alternative<v1::MessageEdited>(event.what) ||
         std::holds_alternative<v1::MessageDeleted>(event.what) ||
         std::holds_alternative<v1::RoomDeleted>(event.what);
}

}  // namespace

size_t LogPages::Page::bytes() const {
  size_t bytes = 0;
  for (const EncodedRun& run : runs) bytes += run.bytes->size();
  return bytes;
}

LogPages::LogPages(store::EventReader& reader, Encoder encode, const Clock& clock)
    : reader_(reader), encode_(std::move(encode)), clock_(clock) {}

LogPages::~LogPages() = default;

void LogPages::Read(const RoomKey& room, uint64_t after_seq, const Epoch& epoch,
                    Callback<PagePtr> done) {
  const Place place{room, after_seq};
  if (PagePtr kept = FindKept(place, epoch)) {
    worker_.Post([kept = std::move(kept), done = std::move(done)]() mutable { done(kept); });
    return;
  }
  {
    MutexLock lock(mu_);
    ReadPtr& read = wanted_[place];
    if (read == nullptr) {
      read = std::make_shared<PageRead>(PageRead{.place = place, .waiters = {}});
      Tenant& tenant = tenants_[room.tenant];
      if (tenant.waiting.empty()) turns_.push_back(room.tenant);
      tenant.waiting.push_back(read);
      ++waiting_;
    }
    read->waiters.push_back(std::move(done));
  }
  ReadNext();
}

// nullptr: it isn't kept.
LogPages::PagePtr LogPages::FindKept(const Place& place, const Epoch& epoch) {
  MutexLock lock(mu_);
  ++times_wanted_;
  const auto found = kept_places_.find(place);
  if (found == kept_places_.end()) return nullptr;
  const Kept& kept = *found->second;
  if (Differ(kept.page->epoch, epoch) || kept.since + kMaxAge <= clock_.Steady()) {
    Drop(found->second);
    return nullptr;
  }
  kept_.splice(kept_.begin(), kept_, found->second);
  return kept_.front().page;
}

LogPages::Stats LogPages::stats() const {
  MutexLock lock(mu_);
  return {
      .wanted = times_wanted_, .read = times_read_, .waiting = waiting_, .kept_bytes = kept_bytes_};
}

// Reads what is wanted, unless enough is under way.
void LogPages::ReadNext() {
  while (true) {
    ReadPtr next;
    {
      MutexLock lock(mu_);
      next = TakeNext();
      if (next == nullptr) return;
      ++times_read_;
    }
    const auto& [room, after_seq] = next->place;
    const int limit = kPageEvents - static_cast<int>(after_seq % kPageEvents);
    reader_.ReadEvents(
        room, after_seq, limit, SteadyTime::Now() + kReadTimeout,
        [this, next](absl::StatusOr<EventPage> events) {
          worker_.Post([this, next, events = std::move(events)] { Answer(next, Encode(events)); });
        });
  }
}

// nullptr: none, or not yet.
LogPages::ReadPtr LogPages::TakeNext() {
  if (under_way_ == kMaxReads) return nullptr;
  for (size_t passed = 0; passed < turns_.size(); ++passed) {
    TenantKey name = std::move(turns_.front());
    turns_.pop_front();
    Tenant& tenant = tenants_[name];
    ReadPtr next;
    if (tenant.under_way < tenant.max_reads()) {
      next = std::move(tenant.waiting.front());
      tenant.waiting.pop_front();
      next->begun = true;
      --waiting_;
      ++tenant.under_way;
      ++under_way_;
    }
    if (!tenant.waiting.empty()) turns_.push_back(std::move(name));
    if (next != nullptr) return next;
  }
  return nullptr;
}

absl::StatusOr<LogPages::PagePtr> LogPages::Encode(const absl::StatusOr<EventPage>& events) const {
  if (!events.ok()) return events.status();
  auto page = std::make_shared<Page>();
  if (!events->events.empty()) page->runs = encode_(events->events);
  page->epoch = events->epoch;
  page->has_more = events->has_more;
  return page;
}

void LogPages::OnEvents(const RoomKey& room, std::span<const RoomEvent> events) {
  if (std::any_of(events.begin(), events.end(), ErasesTexts)) Forget(room);
}

void LogPages::Forget(const RoomKey& room) {
  MutexLock lock(mu_);
  absl::erase_if(wanted_, [&](const auto& wanted) {
    return wanted.first.first == room && wanted.second->begun;
  });
  for (auto kept = kept_.begin(); kept != kept_.end();) {
    const auto next = std::next(kept);
    if (kept->place.first == room) Drop(kept);
    kept = next;
  }
}

void LogPages::Drop(std::list<Kept>::iterator kept) {
  kept_bytes_ -= kept->page->bytes();
  kept_places_.erase(kept->place);
  kept_.erase(kept);
}

void LogPages::Answer(const ReadPtr& read, const absl::StatusOr<PagePtr>& page) {
  Waiters waiters;
  {
    MutexLock lock(mu_);
    const bool is_current = Retire(read);
    waiters = std::move(read->waiters);
    const TenantKey& name = read->place.first.tenant;
    Tenant& tenant = tenants_[name];
    --under_way_;
    --tenant.under_way;
    tenant.failing = !page.ok();
    // The last page still grows.
    if (page.ok() && (*page)->has_more && is_current) Keep(read->place, *page);
    // Nobody is kept waiting for a turn that would end in the same way.
    page.ok() ? ForgetIdle(name) : TakeAllWaiters(name, waiters);
    if (ReasonOf(page.status()) == v1::ERROR_REASON_DATABASE_UNAVAILABLE) {
      for (const TenantKey& other : std::exchange(turns_, {})) TakeAllWaiters(other, waiters);
    }
  }
  ReadNext();
  for (auto& done : waiters) done(page);
}

// From now on nobody joins the read. Whether anybody could until now.
bool LogPages::Retire(const ReadPtr& read) {
  const auto found = wanted_.find(read->place);
  if (found == wanted_.end() || found->second != read) return false;
  wanted_.erase(found);
  return true;
}

// Of the pages that haven't begun to be read.
void LogPages::TakeAllWaiters(const TenantKey& tenant, Waiters& waiters) {
  for (const ReadPtr& read : std::exchange(tenants_[tenant].waiting, {})) {
    Retire(read);
    for (auto& done : read->waiters) waiters.push_back(std::move(done));
    --waiting_;
  }
  std::erase(turns_, tenant);
  ForgetIdle(tenant);
}

void LogPages::ForgetIdle(const TenantKey& tenant) {
  const auto found = tenants_.find(tenant);
  if (found->second.under_way == 0 && found->second.waiting.empty()) tenants_.erase(found);
}

void LogPages::Keep(const Place& place, const PagePtr& page) {
  if (kept_places_.contains(place)) return;  // another read of it was quicker
  kept_.push_front({place, page, clock_.Steady()});
  kept_places_[place] = kept_.begin();
  kept_bytes_ += page->bytes();
  while (kept_bytes_ > kMaxKeptBytes) Drop(std::prev(kept_.end()));
}

}  // namespace chatter::live
