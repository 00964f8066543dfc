// The key sets that are fetched from elsewhere: kept fresh, and kept while their source is away.
//
// JwksTiming says how long keys are used and how often they are fetched. Tenants that name one
// source share its entry: the keys at an address are the same for all, and each tenant's issuers
// decide who may rely on them before the cache is asked.
//
// Thread-safe. Doesn't block: fetching is done on threads of its own, and callbacks run there, or
// at once. No lock is held meanwhile.
#ifndef CHATTER_SERVER_IDENTITY_JWKS_CACHE_H_
#define CHATTER_SERVER_IDENTITY_JWKS_CACHE_H_

#include <array>
#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/random/random.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "server/base/callback.h"
#include "server/base/clock.h"
#include "server/base/worker.h"
#include "server/identity/jwk_set.h"

namespace chatter::identity {

using JwkSetPtr = std::shared_ptr<const JwkSet>;

struct JwksTiming {
  absl::Duration refresh_after;    // older ones are fetched anew, while they are used
  absl::Duration wait_after;       // older ones aren't used before that is done, if it can be
  absl::Duration usable_for;       // while the source is away
  absl::Duration between_fetches;  // at least, however many unknown keys are asked for
  absl::Duration max_backoff;      // between two attempts that fail
};

class JwksCache {
 public:
  static constexpr size_t kMaxSources = 1'000;
  static constexpr size_t kMaxWaiters = 10'000;  // for one source
  static constexpr JwksTiming kWebTiming{.refresh_after = absl::Minutes(5),
                                         .wait_after = absl::Minutes(10),
                                         .usable_for = absl::Hours(24),
                                         .between_fetches = absl::Seconds(10),
                                         .max_backoff = absl::Minutes(5)};
  static constexpr JwksTiming kFileTiming{.refresh_after = absl::Seconds(1),
                                          .wait_after = absl::Seconds(1),
                                          .usable_for = absl::Seconds(10),
                                          .between_fetches = absl::Seconds(1),
                                          .max_backoff = absl::Seconds(1)};

  // Blocks; called on several threads, but for one source on one at a time.
  using Fetcher = std::function<absl::StatusOr<std::string>(const std::string& uri)>;

  // `clock` must outlive the cache.
  JwksCache(Fetcher fetcher, const Clock& clock) : fetcher_(std::move(fetcher)), clock_(clock) {}
  // Answers all who wait. Waits for the fetches under way.
  ~JwksCache();
  JwksCache(const JwksCache&) = delete;
  JwksCache& operator=(const JwksCache&) = delete;

  using Wanted = std::function<bool(const JwkSet&)>;
  // The keys at `uri`. If `wanted` refuses those that are there, they are fetched anew, unless that
  // was done just now; the answer may still not be what is wanted.
  // Errors: UNAVAILABLE (TOKEN_KEYS_UNAVAILABLE): there are no keys that may be used, or not by
  // `deadline`; RESOURCE_EXHAUSTED (OVERLOADED).
  void Get(const std::string& uri, const Wanted& wanted, SteadyTime deadline,
           Callback<JwkSetPtr> done);

  // The same without waiting, for whoever comes again soon. nullopt: the first fetch is under way;
  // nullptr: there are no keys that may be used.
  std::optional<JwkSetPtr> Peek(const std::string& uri);

  // Answers those who have waited until their deadline. To be called about once a second.
  void Tick();

 private:
  struct Waiter {
    SteadyTime deadline;
    Callback<JwkSetPtr> done;
  };
  struct Source {
    std::string uri;
    const JwksTiming* timing = nullptr;
    std::string text;                                      // that `keys` were made from
    JwkSetPtr keys;                                        // nullptr: never fetched
    SteadyTime fetched = SteadyTime::InfinitePast();       // when that last succeeded
    SteadyTime next_attempt = SteadyTime::InfinitePast();  // none before
    int failures = 0;                                      // in a row
    bool fetching = false;
    std::vector<Waiter> waiters;
  };
  using Sources = std::list<Source>;
  enum class Plan { kAnswer, kAnswerAndFetch, kFetchAndWait, kWait, kRefuse };

  // The entry for `uri`, made if missing; nullptr: there is no room.
  Source* FindSource(const std::string& uri) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Plan Decide(const Source& source, const Wanted& wanted, SteadyTime now) const;
  JwkSetPtr Usable(const Source& source, SteadyTime now) const;
  void BeginFetch(Source& source) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Fetch(const std::string& uri);
  // What an attempt brought. Without keys although it is OK: they are the same as before.
  struct Fetched {
    absl::Status status;
    std::string text;
    JwkSetPtr keys;
  };
  Fetched Read(const std::string& uri);
  static void LogFetch(const std::string& uri, const Fetched& fetched, int failures_before);
  void Succeed(Source& source, Fetched& fetched) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Fail(Source& source) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Fetcher fetcher_;
  const Clock& clock_;
  std::atomic<bool> stopping_ = false;

  Mutex mu_;
  Sources sources_ ABSL_GUARDED_BY(mu_);  // most recently used first
  absl::flat_hash_map<std::string, Sources::iterator> index_ ABSL_GUARDED_BY(mu_);
  absl::BitGen random_ ABSL_GUARDED_BY(mu_);

  // Several, so that a source that takes its time holds up few others. The last member: their
  // closures use the others.
  std::array<Worker, 4> workers_;
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_JWKS_CACHE_H_
