// The users of a tenant, in the tenant's schema.
//
// Thread-safe. The database must outlive the store. Callbacks run on the database's thread.
#ifndef CHATTER_SERVER_STORE_USER_STORE_H_
#define CHATTER_SERVER_STORE_USER_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/model.h"

namespace chatter::postgres {
class ControlDatabase;
class Rows;
class TenantDatabases;
}  // namespace chatter::postgres

namespace chatter::store {

// A row of find_user.sql and its kin.
User ReadUser(const postgres::Rows& rows, int row);

class UserStore {
 public:
  UserStore(postgres::ControlDatabase& control, postgres::TenantDatabases& tenants)
      : control_(control), tenants_(tenants) {}

  // Creates or renames `users` (no id twice); the result is in the same order.
  void Upsert(const TenantKey& tenant, std::vector<User> users, SteadyTime deadline,
              Callback<std::vector<User>> done);
  // Of Chatter's own table. nullopt: there is no such user.
  void SetActive(const TenantKey& tenant, const std::string& user_id, bool active,
                 SteadyTime deadline, Callback<std::optional<User>> done);
  // nullopt: there is no such user.
  void Find(const TenantKey& tenant, const std::string& user_id, SteadyTime deadline,
            Callback<std::optional<User>> done);
  // Those of these that there are, by ascending id in byte order.
  void FindAll(const TenantKey& tenant, const std::vector<std::string>& user_ids,
               SteadyTime deadline, Callback<std::vector<User>> done);
  // Which of these aren't there or aren't active: their places, ascending.
  void FindInactive(const TenantKey& tenant, const std::vector<std::string>& user_ids,
                    SteadyTime deadline, Callback<std::vector<size_t>> done);
  // Those whose id begins with `prefix` and comes after `after` in byte order, up to `limit`.
  void List(const TenantKey& tenant, const std::string& prefix, const std::string& after, int limit,
            SteadyTime deadline, Callback<std::vector<User>> done);
  // Of those the ones whose id begins with `query`, or of whose name each word of it begins a word.
  // Looks at one after the other.
  // Errors: RESOURCE_EXHAUSTED (SEARCH_TOO_BROAD).
  void Search(const TenantKey& tenant, const std::string& query, const std::string& prefix,
              const std::string& after, int limit, SteadyTime deadline,
              Callback<std::vector<User>> done);

 private:
  postgres::ControlDatabase& control_;
  postgres::TenantDatabases& tenants_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_USER_STORE_H_
