// Brings all tenants that lag up to date, several at once.
//
// A tenant that fails is noted and left behind; the others go on. What is done stays done, so that
// a run that was ended, in whatever way, is gone on with by the next. Thread-safe but for Finish.
// The migrator must outlive it.
#ifndef CHATTER_SERVER_STORE_MIGRATION_RUN_H_
#define CHATTER_SERVER_STORE_MIGRATION_RUN_H_

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "server/store/migrator.h"

namespace chatter::store {

class MigrationRun {
 public:
  // Finds out what is to be done, by one statement, and begins with `jobs` connections.
  // Blocks for that statement. Errors: the migrator's.
  static absl::StatusOr<std::unique_ptr<MigrationRun>> Start(const Migrator& migrator, int jobs);
  // Waits for the tenants under way, and begins no others.
  ~MigrationRun();
  MigrationRun(const MigrationRun&) = delete;
  MigrationRun& operator=(const MigrationRun&) = delete;

  size_t total() const { return tenants_.size(); }
  size_t done() const { return done_; }  // those that failed included

  // Returns whether the run is over, at the latest after `timeout`.
  bool WaitFor(absl::Duration timeout);

  struct Failure {
    SchemaName tenant;
    std::string sqlstate;  // empty: for no reason of PostgreSQL's
  };
  struct Report {
    size_t migrated = 0;
    size_t not_tried = 0;  // the database went away
    std::vector<Failure> failures;
  };
  // Waits for the end. To be called once.
  Report Finish();

 private:
  MigrationRun(const Migrator& migrator, std::vector<SchemaName> tenants);
  void Work();
  void MigrateOne(postgres::BlockingSession& session, const SchemaName& name);

  const Migrator& migrator_;
  const std::vector<SchemaName> tenants_;

  std::atomic<size_t> next_ = 0;
  std::atomic<size_t> done_ = 0;
  std::atomic<bool> stopping_ = false;

  Mutex mu_;
  CondVar ended_;
  size_t working_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<Failure> failures_ ABSL_GUARDED_BY(mu_);
  std::vector<std::thread> threads_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_MIGRATION_RUN_H_
