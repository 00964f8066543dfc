// Makes schemas and brings them to the version that this program works with.
//
// Migrations are numbered, forward only, and one transaction each. Thread-safe: an advisory lock
// for the control schema and one for each tenant keeps parallel migrators, on any node, in line.
// Blocks: never call it on a gRPC or database thread.
#ifndef CHATTER_SERVER_STORE_MIGRATOR_H_
#define CHATTER_SERVER_STORE_MIGRATOR_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/model/model.h"

namespace chatter::store {

class Migrator {
 public:
  explicit Migrator(std::string database_url) : database_url_(std::move(database_url)) {}

  struct Report {
    int tenants = 0;  // how many there are
    int applied = 0;  // how many migrations were run, the control schema's included
  };

  // The control schema, then every tenant. Does nothing where all is up to date.
  absl::StatusOr<Report> MigrateAll() const;

  // Makes the tenant's schema if it is missing, and records the tenant with its domains, in one
  // transaction. ALREADY_EXISTS (TENANT_EXISTS) when the name or a domain is taken.
  // `tenant.created_at` is ignored; the result has it.
  absl::StatusOr<Tenant> CreateTenant(const Tenant& tenant) const;

 private:
  const std::string database_url_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_MIGRATOR_H_
