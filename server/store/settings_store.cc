#include "server/store/settings_store.h"

#include <utility>

#include "server/store/database.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

Settings ReadSettings(const Rows& rows) {
  Settings settings;
  if (rows.size() == 0) return settings;
  for (const int16_t feature : rows.GetSmallints(0, 0)) {
    settings.disabled_features.push_back(static_cast<Feature>(feature));
  }
  if (!rows.IsNull(0, 1)) settings.rewrite_window = absl::Seconds(rows.GetInt(0, 1));
  settings.forgets_edits = rows.GetBool(0, 2);
  settings.search_language = std::string(rows.GetText(0, 3));
  return settings;
}

}  // namespace

void SettingsStore::Find(const SchemaName& tenant, absl::Time deadline, Callback<Settings> done) {
  RunOne(database_, {sql::kFindSettings, tenant, Params()}, deadline, kIdempotent,
         [done = std::move(done)](absl::StatusOr<Rows> rows) mutable {
           if (!rows.ok()) return done(std::move(rows).status());
           done(ReadSettings(*rows));
         });
}

}  // namespace chatter::store
