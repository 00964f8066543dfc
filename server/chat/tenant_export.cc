#include "server/chat/tenant_export.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "server/chat/permissions.h"
#include "server/chat/tenants.h"
#include "server/chat/validate.h"
#include "server/model/errors.h"

namespace chatter::chat {

void TenantExport::Next(Callback<Page> done) {
  const SchemaName& name = tenant_.schema_name;
  switch (part_) {
    case Part::kTenant:
      part_ = Part::kUsers;
      return done(Page{tenant_});
    case Part::kUsers:
      return reader_.Users(name, user_, kPageSize, PageDeadline(),
                           Finish<User>(Part::kRooms, std::move(done)));
    case Part::kRooms:
      return reader_.Rooms(name, room_, kPageSize, PageDeadline(),
                           Finish<Room>(Part::kMembers, std::move(done)));
    case Part::kMembers:
      return reader_.Members(name, room_, user_, kPageSize, PageDeadline(),
                             Finish<Member>(Part::kEvents, std::move(done)));
    case Part::kEvents:
      return reader_.Events(name, room_, seq_, kPageSize, PageDeadline(),
                            Finish<RoomEvent>(Part::kEnd, std::move(done)));
    case Part::kEnd:
      return done(Page());
  }
}

absl::Time TenantExport::PageDeadline() const {
  return std::min(deadline_, absl::Now() + kPageTimeout);
}

template <typename Entry>
Callback<std::vector<Entry>> TenantExport::Finish(Part next, Callback<Page> done) {
  return [this, next, done = std::move(done)](absl::StatusOr<std::vector<Entry>> entries) mutable {
    if (!entries.ok()) return done(entries.status());
    Page page(std::make_move_iterator(entries->begin()), std::make_move_iterator(entries->end()));
    if (page.size() == static_cast<size_t>(kPageSize)) {
      Advance(page);
      return done(std::move(page));
    }
    part_ = next;
    room_ = RoomId();
    user_.clear();
    seq_ = 0;
    // An empty page would be taken for the end.
    if (page.empty()) return Next(std::move(done));
    done(std::move(page));
  };
}

void TenantExport::Advance(const Page& page) {
  const ExportRecord& last = page.back();
  if (const auto* user = std::get_if<User>(&last)) {
    user_ = user->id;
  } else if (const auto* room = std::get_if<Room>(&last)) {
    room_ = room->id;
  } else if (const auto* member = std::get_if<Member>(&last)) {
    room_ = member->room_id;
    user_ = member->user_id;
  } else if (const auto* event = std::get_if<RoomEvent>(&last)) {
    room_ = event->room_id;
    seq_ = event->seq;
  }
}

void TenantExports::Begin(const Caller& caller, std::string_view schema_name,
                          Callback<std::unique_ptr<TenantExport>> done) {
  if (absl::Status status = RequireAdministrator(caller); !status.ok()) {
    return done(std::move(status));
  }
  FieldViolations violations;
  const auto name = ParseSchemaName("schema_name", schema_name, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  deps_.tenants.Find(*name, std::min(caller.deadline, absl::Now() + TenantExport::kPageTimeout),
                     [this, deadline = caller.deadline,
                      done = std::move(done)](absl::StatusOr<std::optional<Tenant>> found) mutable {
                       if (!found.ok()) return done(found.status());
                       if (!found->has_value()) return done(UnknownTenantError());
                       Open(**std::move(found), deadline, std::move(done));
                     });
}

void TenantExports::Open(Tenant tenant, absl::Time deadline,
                         Callback<std::unique_ptr<TenantExport>> done) {
  deps_.prepare(
      tenant, [this, tenant, deadline, done = std::move(done)](const absl::Status& ready) mutable {
        if (!ready.ok()) return done(ready);
        done(std::make_unique<TenantExport>(std::move(tenant), deadline, deps_.reader));
      });
}

}  // namespace chatter::chat
