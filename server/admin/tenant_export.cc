#include "server/admin/tenant_export.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "common/steady_time.h"
#include "server/admin/tenants.h"
#include "server/model/errors.h"
#include "server/model/validate.h"

namespace chatter::admin {

void TenantExport::Next(Callback<Page> done) {
  const TenantKey tenant = tenant_.key();
  switch (part_) {
    case Part::kTenant:
      part_ = Part::kUsers;
      return done(Page{tenant_});
    case Part::kUsers:
      return reader_.Users(tenant, user_, kPageSize, PageDeadline(),
                           Finish<User>(Part::kRooms, std::move(done)));
    case Part::kRooms:
      return reader_.Rooms(tenant, room_, kPageSize, PageDeadline(),
                           Finish<Room>(Part::kMembers, std::move(done)));
    case Part::kMembers:
      return reader_.Members(tenant, room_, user_, kPageSize, PageDeadline(),
                             Finish<Member>(Part::kEvents, std::move(done)));
    case Part::kEvents:
      return reader_.Events(tenant, room_, seq_, kPageSize, PageDeadline(),
                            Finish<RoomEvent>(Part::kEnd, std::move(done)));
    case Part::kEnd:
      return done(Page());
  }
}

SteadyTime TenantExport::PageDeadline() const {
  return std::min(deadline_, SteadyTime::Now() + kPageTimeout);
}

template <typename Entry>
Callback<std::vector<Entry>> TenantExport::Finish(Part next, Callback<Page> done) {
  return Then(std::move(done), [this, next](const std::vector<Entry>& entries, auto& answer) {
    Page page(std::make_move_iterator(entries.begin()), std::make_move_iterator(entries.end()));
    if (page.size() == static_cast<size_t>(kPageSize)) {
      Advance(page);
      return answer(std::move(page));
    }
    part_ = next;
    room_ = RoomId();
    user_.clear();
    seq_ = 0;
    // An empty page would be taken for the end.
    if (page.empty()) return Next(std::move(answer));
    answer(std::move(page));
  });
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

void TenantExports::Begin(const Administrator& caller, std::string_view schema_name,
                          Callback<std::unique_ptr<TenantExport>> done) {
  FieldViolations violations;
  const auto name = ParseSchemaName("schema_name", schema_name, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  tenants_.Find(*name, std::min(caller.deadline(), SteadyTime::Now() + TenantExport::kPageTimeout),
                Then(std::move(done),
                     [this, deadline = caller.deadline()](Tenant tenant, auto& answer) mutable {
                       answer(std::make_unique<TenantExport>(std::move(tenant), deadline, reader_));
                     }));
}

}  // namespace chatter::admin
