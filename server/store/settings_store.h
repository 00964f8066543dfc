// What a tenant has chosen, in its schema.
//
// Thread-safe. The database must outlive the store. Callbacks run on the database's thread.
#ifndef CHATTER_SERVER_STORE_SETTINGS_STORE_H_
#define CHATTER_SERVER_STORE_SETTINGS_STORE_H_

#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "server/base/callback.h"
#include "server/model/ids.h"
#include "server/model/settings.h"

namespace chatter::store {

class Database;

class SettingsStore {
 public:
  explicit SettingsStore(Database& database) : database_(database) {}

  void Find(const SchemaName& tenant, absl::Time deadline, Callback<Settings> done);

  // nullopt: stays as it is.
  struct Update {
    std::optional<std::vector<Feature>> disabled_features = {};
    std::optional<absl::Duration> rewrite_window = {};  // whole seconds, or InfiniteDuration
    std::optional<bool> forgets_edits = {};
  };
  // All of the settings, as they are then.
  void Change(const SchemaName& tenant, const Update& update, absl::Time deadline,
              Callback<Settings> done);

 private:
  Database& database_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_SETTINGS_STORE_H_
