// The rooms' events: who stores them, and who hands them out.
//
// Thread-safe, as each part is. What it is made from must outlive it; the database is stopped
// before it goes, so that nothing calls back into it.
#ifndef CHATTER_SERVER_CORE_EVENT_LOG_H_
#define CHATTER_SERVER_CORE_EVENT_LOG_H_

#include "server/base/clock.h"
#include "server/bus/bus.h"
#include "server/core/stores.h"
#include "server/live/hub.h"
#include "server/live/log_pages.h"
#include "server/postgres/databases.h"
#include "server/store/event_writer.h"

namespace chatter::core {

struct EventLog {
  EventLog(postgres::TenantDatabases& tenants, Stores& stores, int hub_workers, const Clock& clock);

  bus::InProcessBus bus;
  live::LogPages pages;
  live::Hub hub;
  store::EventWriter writer;
};

}  // namespace chatter::core

#endif  // CHATTER_SERVER_CORE_EVENT_LOG_H_
