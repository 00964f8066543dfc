// The rules for users: who may write and see them.
//
// Thread-safe. The store must outlive it. Callbacks run on the calling thread (for a request that
// breaks a rule) or on the database's.
#ifndef CHATTER_SERVER_ADMIN_USERS_H_
#define CHATTER_SERVER_ADMIN_USERS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "chatter/v1/user.pb.h"
#include "server/base/callback.h"
#include "server/model/caller.h"
#include "server/model/model.h"
#include "server/model/pager.h"
#include "server/store/user_store.h"

namespace chatter::admin {

class Users {
 public:
  // Whose table the users are in: the application's can't be written.
  enum class Table : uint8_t { kOwn, kApplications };

  explicit Users(store::UserStore& store, Table table = Table::kOwn)
      : store_(store), table_(table) {}

  // Creates or renames the users; the result is in the same order.
  // Errors: INVALID_ARGUMENT (INVALID_FIELD), PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED),
  // FAILED_PRECONDITION (USERS_READ_ONLY).
  void Upsert(const ServiceCaller& caller, std::vector<User> users,
              Callback<std::vector<User>> done);

  // Deactivates or reactivates a user, who may be so already.
  // Errors: as above, and NOT_FOUND (USER_NOT_FOUND).
  void SetActive(const ServiceCaller& caller, std::string_view user_id, bool active,
                 Callback<User> done);

  // Errors: INVALID_ARGUMENT (INVALID_FIELD), NOT_FOUND (USER_NOT_FOUND).
  void Get(const TenantCaller& caller, std::string_view user_id, Callback<User> done);

  // Those that there are, by ascending id in byte order.
  // Errors: INVALID_ARGUMENT (INVALID_FIELD).
  void BatchGet(const TenantCaller& caller, const std::vector<std::string>& user_ids,
                Callback<std::vector<User>> done);

  // Errors: INVALID_ARGUMENT (INVALID_FIELD), RESOURCE_EXHAUSTED (SEARCH_TOO_BROAD).
  void List(const TenantCaller& caller, const v1::ListUsersRequest& request,
            Callback<Page<User>> done);

 private:
  // Whether the caller may write users.
  absl::Status CheckWrite() const;

  store::UserStore& store_;
  const Table table_;
};

// NOT_FOUND (USER_NOT_FOUND).
absl::Status UserNotFoundError();

}  // namespace chatter::admin

#endif  // CHATTER_SERVER_ADMIN_USERS_H_
