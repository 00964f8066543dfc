#include "server/core/event_log.h"

#include <utility>

#include "server/wire/encode.h"

namespace chatter::core {

EventLog::EventLog(postgres::TenantDatabases& tenants, Stores& stores, int hub_workers,
                   const Clock& clock)
    : pages(stores.events, wire::EncodeRoomEvents, clock),
      hub(hub_workers, stores.events, stores.epochs, pages, bus, clock, wire::EncodeRoomEvents),
      writer(tenants, [this, &settler = stores.room_settler](bus::Commit commit) {
        for (const CommittedEvents& committed : commit) settler.Note(committed.room);
        bus.Publish(std::move(commit));
      }) {}

}  // namespace chatter::core
