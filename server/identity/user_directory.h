// Whether a tenant has an active user with some id, for those who call on behalf of users.
//
// Thread-safe. Doesn't block: what isn't cached is looked up asynchronously, and the callback then
// runs on the lookup's thread.
#ifndef CHATTER_SERVER_IDENTITY_USER_DIRECTORY_H_
#define CHATTER_SERVER_IDENTITY_USER_DIRECTORY_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "server/base/callback.h"
#include "server/base/clock.h"
#include "server/identity/bounded_cache.h"
#include "server/model/model.h"

namespace chatter::identity {

// nullopt: the tenant has no such user. Must call back by the deadline.
using UserLookup = std::function<void(const TenantKey& tenant, const std::string& user_id,
                                      SteadyTime deadline, Callback<std::optional<User>>)>;

class UserDirectory {
 public:
  // `clock` must outlive the directory and its lookups.
  UserDirectory(UserLookup lookup, CacheOptions options, const Clock& clock)
      : lookup_(std::move(lookup)),
        cache_(options, clock, [](const bool& is_active) { return !is_active; }) {}

  // Errors: RESOURCE_EXHAUSTED (OVERLOADED); the lookup's.
  void IsActive(const TenantKey& tenant, const std::string& user_id, Callback<bool> done);

  CacheStats cache_stats() const { return cache_.stats(); }

 private:
  // The same id in another tenant is another user.
  using Key = std::pair<TenantKey, std::string>;

  const UserLookup lookup_;
  BoundedCache<Key, bool> cache_;
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_USER_DIRECTORY_H_
