#include "server/identity/user_directory.h"

namespace chatter::identity {

void UserDirectory::IsActive(const TenantKey& tenant, const std::string& user_id,
                             Callback<bool> done) {
  cache_.Get(
      {tenant, user_id},
      [&](const auto& request, Callback<bool> loaded) {
        lookup_(tenant, user_id, request.deadline,
                [loaded = std::move(loaded)](absl::StatusOr<std::optional<User>> user) mutable {
                  if (!user.ok()) return loaded(user.status());
                  loaded(user->has_value() && (*user)->active);
                });
      },
      std::move(done));
}

}  // namespace chatter::identity
