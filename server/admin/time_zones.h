// Which time zones there are, by PostgreSQL's word, whose business it is to reckon with them.
//
// PostgreSQL reads some six hundred files to answer that, so it is asked once an hour at the most,
// whoever names whichever zone.
//
// Thread-safe. The clock must outlive it and its look-ups. Callbacks run on the calling thread (for
// what is known) or on the look-up's.
#ifndef CHATTER_SERVER_ADMIN_TIME_ZONES_H_
#define CHATTER_SERVER_ADMIN_TIME_ZONES_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "server/base/callback.h"
#include "server/base/clock.h"
#include "server/identity/bounded_cache.h"

namespace chatter::admin {

class TimeZones {
 public:
  // An operating system that gets new zones does so by an update.
  static constexpr absl::Duration kTtl = absl::Hours(1);

  // All names. Must call back by the deadline.
  using Lookup = std::function<void(SteadyTime deadline, Callback<std::vector<std::string>>)>;

  TimeZones(Lookup lookup, const Clock& clock)
      : lookup_(std::move(lookup)), cache_({.capacity = 1, .ttl = kTtl}, clock) {}

  // Whether a zone has that name. Errors: the look-up's; RESOURCE_EXHAUSTED (OVERLOADED).
  void Has(const std::string& name, Callback<bool> done);

 private:
  using Names = std::shared_ptr<const absl::flat_hash_set<std::string>>;
  enum class Key { kAll };

  const Lookup lookup_;
  identity::BoundedCache<Key, Names> cache_;
};

}  // namespace chatter::admin

#endif  // CHATTER_SERVER_ADMIN_TIME_ZONES_H_
