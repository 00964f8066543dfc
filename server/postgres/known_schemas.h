// When tenants' schemas were last changed, as far as that is known.
//
// A schema's row in the catalogue changes with its name, and with its owner and rights, which is no
// business of ours. What was last read of it is kept here for the guard of each transaction; what
// doesn't hold any more is forgotten, and read anew before the next. Not thread-safe.
#ifndef CHATTER_SERVER_POSTGRES_KNOWN_SCHEMAS_H_
#define CHATTER_SERVER_POSTGRES_KNOWN_SCHEMAS_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "server/model/ids.h"

namespace chatter::postgres {

class KnownSchemas {
 public:
  // Beyond that, all are forgotten: reading one anew costs a look at the catalogue.
  static constexpr size_t kMax = 10'000;

  // The transaction that has changed the schema last; nullopt: it isn't known.
  std::optional<int64_t> Find(const TenantKey& tenant) const {
    const auto found = changes_.find(tenant);
    return found == changes_.end() ? std::nullopt : std::optional(found->second);
  }
  // REQUIRES: the schema of that name had the tenant's stamp when this was read.
  void Learn(const TenantKey& tenant, int64_t change) {
    if (changes_.size() >= kMax && !changes_.contains(tenant)) changes_.clear();
    changes_.insert_or_assign(tenant, change);
  }
  // It isn't that one any more. What has been learnt since stays.
  void Forget(const TenantKey& tenant, int64_t change) {
    if (Find(tenant) == change) changes_.erase(tenant);
  }
  size_t size() const { return changes_.size(); }

 private:
  absl::flat_hash_map<TenantKey, int64_t> changes_;
};

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_KNOWN_SCHEMAS_H_
