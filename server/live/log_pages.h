// Pages of rooms' logs for streams that are behind.
//
// A page that several streams want is read and encoded once: those who ask while it is under way
// get the same, and so do those who ask soon after, in the same epoch. What is in the log changes
// only where texts are erased: the hub says so when it hears of that, and no page is kept for
// longer than kMaxAge, should it hear of nothing. Pages end at the same numbers
// for all, wherever they begin. So many streams that come back at once cost the database little
// more than one, and only kMaxReads pages are under way at any time, so that other calls aren't
// kept waiting. Tenants take turns at them, and none may have all: one whose tables are locked, or
// missing, keeps nobody else's streams from their pages.
//
// Thread-safe. Callbacks run on a thread of their own, where the pages are encoded too.
#ifndef CHATTER_SERVER_LIVE_LOG_PAGES_H_
#define CHATTER_SERVER_LIVE_LOG_PAGES_H_

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/mutex.h"
#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/base/clock.h"
#include "server/base/worker.h"
#include "server/model/epoch.h"
#include "server/model/room.h"
#include "server/store/event_reader.h"

namespace chatter::live {

class LogPages {
 public:
  static constexpr int kPageEvents = 256;
  static constexpr size_t kMaxReads = 8;
  static constexpr size_t kMaxReadsOfTenant = 6;
  static constexpr size_t kMaxKeptBytes = 16 << 20;
  static constexpr absl::Duration kMaxAge = absl::Seconds(10);

  // Of events that follow one another.
  using Encoder = std::function<std::vector<EncodedRun>(std::span<const RoomEvent>)>;

  struct Page {
    Epoch epoch;  // in which it was read
    std::vector<EncodedRun> runs;
    bool has_more = false;  // false: the log ended here; true: perhaps not

    size_t bytes() const;
  };
  using PagePtr = std::shared_ptr<const Page>;

  // The reader and the clock must outlive the pages.
  LogPages(store::EventReader& reader, Encoder encode, const Clock& clock);
  // REQUIRES: the reader's database has been stopped.
  ~LogPages();

  // The page that begins after `after_seq`, a number of this epoch; the page may be of another that
  // has begun. Errors: UNAVAILABLE (DATABASE_UNAVAILABLE),
  // DEADLINE_EXCEEDED: not read within ten seconds.
  void Read(const RoomKey& room, uint64_t after_seq, const Epoch& epoch, Callback<PagePtr> done);

  // These events were added to the room's log, perhaps long since. Where they erase texts, whoever
  // asks from now on gets pages that are read after this.
  void OnEvents(const RoomKey& room, std::span<const RoomEvent> events);

  struct Stats {
    uint64_t wanted = 0;  // by streams
    uint64_t read = 0;    // from the database
    size_t waiting = 0;
    size_t kept_bytes = 0;
  };
  Stats stats() const;

 private:
  using EventPage = store::EventReader::EventPage;
  using Place = std::pair<RoomKey, uint64_t>;  // a room, and the number after which a page begins
  using Waiters = std::vector<Callback<PagePtr>>;
  // One read of a page, and who waits for it.
  struct PageRead {
    Place place;
    bool begun = false;  // else it waits for its turn
    Waiters waiters;
  };
  using ReadPtr = std::shared_ptr<PageRead>;
  struct Kept {
    Place place;
    PagePtr page;
    SteadyTime since;
  };
  struct Tenant {
    std::deque<ReadPtr> waiting;
    size_t under_way = 0;
    bool failing = false;  // the last page of those that were asked for without a pause

    // Where pages fail, one at a time is enough to see when they don't any more.
    size_t max_reads() const { return failing ? 1 : kMaxReadsOfTenant; }
  };

  PagePtr FindKept(const Place& place, const Epoch& epoch);
  void Forget(const RoomKey& room);
  void Drop(std::list<Kept>::iterator kept) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ReadNext();
  absl::StatusOr<PagePtr> Encode(const absl::StatusOr<EventPage>& events) const;
  void Answer(const ReadPtr& read, const absl::StatusOr<PagePtr>& page);
  ReadPtr TakeNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool Retire(const ReadPtr& read) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void TakeAllWaiters(const TenantKey& tenant, Waiters& waiters) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ForgetIdle(const TenantKey& tenant) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Keep(const Place& place, const PagePtr& page) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  store::EventReader& reader_;
  const Encoder encode_;
  const Clock& clock_;

  mutable Mutex mu_;
  // The reads that may still be joined: OnEvents takes out those that may be out of date.
  absl::flat_hash_map<Place, ReadPtr> wanted_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<TenantKey, Tenant> tenants_ ABSL_GUARDED_BY(mu_);  // for which pages are
  std::deque<TenantKey> turns_ ABSL_GUARDED_BY(mu_);  // those for which pages wait
  size_t waiting_ ABSL_GUARDED_BY(mu_) = 0;
  size_t under_way_ ABSL_GUARDED_BY(mu_) = 0;
  // Pages that are kept, the one that was used last at the front.
  std::list<Kept> kept_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<Place, std::list<Kept>::iterator> kept_places_ ABSL_GUARDED_BY(mu_);
  size_t kept_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t times_wanted_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t times_read_ ABSL_GUARDED_BY(mu_) = 0;

  Worker worker_;  // the last member: its closures use the others
};

}  // namespace chatter::live

#endif  // CHATTER_SERVER_LIVE_LOG_PAGES_H_
