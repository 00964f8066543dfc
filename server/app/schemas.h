// Brings the database's schemas to what this program needs, however long the database takes to
// come.
#ifndef CHATTER_SERVER_APP_SCHEMAS_H_
#define CHATTER_SERVER_APP_SCHEMAS_H_

#include <functional>
#include <optional>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "server/model/ids.h"
#include "server/store/migrator.h"
#include "server/store/tenant_maker.h"

namespace chatter::app {

// Migrates the control schema; in a server for one tenant, makes that tenant of its schema if there
// is none. The tenants' schemas are another matter: each is migrated by `chatterd migrate`, or on
// first use. Blocks. Errors: the migrator's; FAILED_PRECONDITION: a setting doesn't fit.
absl::Status PrepareControl(const store::Migrator& migrator, const store::TenantMaker& maker,
                            const std::optional<SchemaName>& single_schema);

// Tries to prepare the control schema, on a thread of its own, until it succeeds and the
// application's tables that all tenants share are what the settings say. Logs what it waits for
// whenever that changes.
class SchemaPreparation {
 public:
  // `on_ready` is called once, from the thread. The migrator and the maker must outlive this.
  SchemaPreparation(const store::Migrator& migrator, const store::TenantMaker& maker,
                    std::optional<SchemaName> single_schema, std::function<void()> on_ready);
  // Waits for the attempt under way, and makes no other.
  ~SchemaPreparation();
  SchemaPreparation(const SchemaPreparation&) = delete;
  SchemaPreparation& operator=(const SchemaPreparation&) = delete;

 private:
  void Loop();
  // Returns false when it is time to stop.
  bool Pause(absl::Duration pause);

  const store::Migrator& migrator_;
  const store::TenantMaker& maker_;
  const std::optional<SchemaName> single_schema_;
  const std::function<void()> on_ready_;

  Mutex mu_;
  CondVar stopped_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;  // the last member: the loop uses the others
};

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_SCHEMAS_H_
