// Brings the database's schemas to what this program needs, however long the database takes to
// come.
#ifndef CHATTER_SERVER_APP_SCHEMAS_H_
#define CHATTER_SERVER_APP_SCHEMAS_H_

#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/base/mutex.h"
#include "server/model/ids.h"
#include "server/store/migrator.h"

namespace chatter::app {

// Migrates all schemas; in a server for one tenant, makes that tenant if there is none.
// Blocks. Errors, of one line, for the log only: UNAVAILABLE: the database can't be reached.
absl::StatusOr<store::Migrator::Report> PrepareSchemas(
    const store::Migrator& migrator, const std::optional<SchemaName>& single_schema);

// Tries to prepare the schemas, on a thread of its own, until it succeeds. Logs what it waits for
// whenever that changes.
class SchemaPreparation {
 public:
  // `on_ready` is called once, from the thread. The migrator must outlive this.
  SchemaPreparation(const store::Migrator& migrator, std::optional<SchemaName> single_schema,
                    std::function<void()> on_ready);
  // Waits for the attempt under way, and makes no other.
  ~SchemaPreparation();
  SchemaPreparation(const SchemaPreparation&) = delete;
  SchemaPreparation& operator=(const SchemaPreparation&) = delete;

 private:
  void Loop();
  // Returns false when it is time to stop.
  bool Pause(absl::Duration pause);

  const store::Migrator& migrator_;
  const std::optional<SchemaName> single_schema_;
  const std::function<void()> on_ready_;

  Mutex mu_;
  CondVar stopped_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;  // the last member: the loop uses the others
};

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_SCHEMAS_H_
