#include "server/identity/user_directory.h"

namespace chatter::identity {

void UserDirectory::IsActive(const SchemaName& tenant, const std::string& user_id,
                             Callback<bool> done) {
  cache_.Get(
      {tenant, user_id},
      [&](absl::Time deadline, Callback<bool> loaded) {
        lookup_(tenant, user_id, deadline,
                [loaded = std::move(loaded)](absl::StatusOr<std::optional<User>> user) mutable {
                  if (!user.ok()) return loaded(user.status());
                  loaded(user->has_value() && (*user)->active);
                });
      },
      std::move(done));
}

}  // namespace chatter::identity
