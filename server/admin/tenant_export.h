// The rules for taking a tenant's data out: all of it, in pages.
//
// First the tenant, then its users, rooms, members and events, each kind in the order of its key,
// so that a room's events are ascending without gaps. Works for suspended and deleted tenants too.
// What is written meanwhile may be in it or not: who wants one moment's picture suspends the tenant
// first.
#ifndef CHATTER_SERVER_ADMIN_TENANT_EXPORT_H_
#define CHATTER_SERVER_ADMIN_TENANT_EXPORT_H_

#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "common/steady_time.h"
#include "server/admin/ready_tenants.h"
#include "server/base/callback.h"
#include "server/model/caller.h"
#include "server/model/model.h"
#include "server/model/room.h"
#include "server/store/export_reader.h"

namespace chatter::admin {

using ExportRecord = std::variant<Tenant, User, Room, Member, RoomEvent>;

// One export under way. One page at a time, asked for by one thread at a time.
class TenantExport {
 public:
  // Events are the largest: 100 of them are 1.6 MiB at most.
  static constexpr int kPageSize = 100;
  static constexpr absl::Duration kPageTimeout = absl::Seconds(30);

  TenantExport(Tenant tenant, SteadyTime deadline, store::ExportReader& reader)
      : tenant_(std::move(tenant)), deadline_(deadline), reader_(reader) {}

  using Page = std::vector<ExportRecord>;
  // An empty page: that was all. Errors: the database's; no other page may be asked for then.
  // REQUIRES: the page before has come; this lives until the callback has been called.
  void Next(Callback<Page> done);

 private:
  enum class Part { kTenant, kUsers, kRooms, kMembers, kEvents, kEnd };

  SteadyTime PageDeadline() const;
  // Hands the page over, and goes on with the next part where this one is at its end.
  template <typename Entry>
  Callback<std::vector<Entry>> Finish(Part next, Callback<Page> done);
  void Advance(const Page& page);

  const Tenant tenant_;
  const SteadyTime deadline_;
  store::ExportReader& reader_;

  // The place after which the next page begins.
  Part part_ = Part::kTenant;
  RoomId room_;
  std::string user_;
  uint64_t seq_ = 0;
};

// Thread-safe. What it is made from must outlive it and its exports.
class TenantExports {
 public:
  TenantExports(ReadyTenants& tenants, store::ExportReader& reader)
      : tenants_(tenants), reader_(reader) {}

  // Errors: PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED) for others than administrators,
  // INVALID_ARGUMENT (INVALID_FIELD), NOT_FOUND (TENANT_NOT_FOUND), UNAVAILABLE (TENANT_NOT_READY).
  void Begin(const Administrator& caller, std::string_view schema_name,
             Callback<std::unique_ptr<TenantExport>> done);

 private:
  ReadyTenants& tenants_;
  store::ExportReader& reader_;
};

}  // namespace chatter::admin

#endif  // CHATTER_SERVER_ADMIN_TENANT_EXPORT_H_
