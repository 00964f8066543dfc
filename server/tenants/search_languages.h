// Sees to it that tenants can be searched in the language that they want.
//
// What is wanted stands in the tenant's settings (store::SearchIndex). Whoever reads these shows
// them to this class, which does what is to be done, for one tenant after the other. So what a
// server leaves unfinished another goes on with, as soon as the tenant is searched there or asked
// for its settings.
//
// Thread-safe. Doesn't block: the work is done by a thread of its own. What it is made from must
// outlive it.
#ifndef CHATTER_SERVER_TENANTS_SEARCH_LANGUAGES_H_
#define CHATTER_SERVER_TENANTS_SEARCH_LANGUAGES_H_

#include "absl/container/flat_hash_map.h"
#include "common/mutex.h"
#include "server/base/worker.h"
#include "server/bus/bus.h"
#include "server/model/ids.h"
#include "server/model/settings.h"
#include "server/store/search_index.h"

namespace chatter::tenants {

class SearchLanguages {
 public:
  // More are shown again later.
  static constexpr size_t kMaxWaiting = 100;

  SearchLanguages(store::SearchIndex& index, bus::Bus& bus) : index_(index), bus_(bus) {}

  // Of a tenant that has, and wants no other than, the language in force, the indexes are looked at
  // once: they may be an older version's.
  void See(const TenantKey& tenant, const Settings& settings);

  // From now on nothing is done; what is under way is given up.
  void Drain();

 private:
  void Settle(const TenantKey& tenant);

  store::SearchIndex& index_;
  bus::Bus& bus_;

  Mutex mu_;
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  // Those that wait, or are being settled; true: seen again meanwhile.
  absl::flat_hash_map<TenantKey, bool> waiting_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<SchemaName, uint64_t> settled_ ABSL_GUARDED_BY(mu_);  // the latest stamps
  Worker worker_;  // the last member: its closures use the others
};

}  // namespace chatter::tenants

#endif  // CHATTER_SERVER_TENANTS_SEARCH_LANGUAGES_H_
