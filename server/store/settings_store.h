// What a tenant has chosen, in its schema.
//
// Thread-safe. The database must outlive the store. Callbacks run on the database's thread.
#ifndef CHATTER_SERVER_STORE_SETTINGS_STORE_H_
#define CHATTER_SERVER_STORE_SETTINGS_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/ids.h"
#include "server/model/settings.h"

namespace chatter::postgres {
class TenantDatabases;
}  // namespace chatter::postgres

namespace chatter::store {

class SettingsStore {
 public:
  explicit SettingsStore(postgres::TenantDatabases& database) : database_(database) {}

  void Find(const TenantKey& tenant, SteadyTime deadline, Callback<Settings> done);

  // nullopt: stays as it is.
  struct Update {
    std::optional<std::vector<Feature>> disabled_features = {};
    std::optional<absl::Duration> rewrite_window = {};  // whole seconds, or InfiniteDuration
    std::optional<bool> forgets_edits = {};
    // Wanted from then on; "": out of force at once, and to be cleared away. SearchIndex does what
    // is wanted.
    std::optional<std::string> search_language = {};
  };
  // All of the settings, as they are then. nullopt: PostgreSQL has no such search language.
  void Change(const TenantKey& tenant, const Update& update, SteadyTime deadline,
              Callback<std::optional<Settings>> done);

 private:
  postgres::TenantDatabases& database_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_SETTINGS_STORE_H_
