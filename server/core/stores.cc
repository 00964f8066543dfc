#include "server/core/stores.h"

namespace chatter::core {

Stores::Stores(postgres::ControlDatabase& control, postgres::TenantDatabases& tenants)
    : rooms(tenants),
      room_changes(control, tenants),
      room_settler(tenants),
      message_changes(tenants, room_settler),
      message_references(tenants),
      read_states(tenants),
      preferences(control, tenants),
      settings(tenants),
      epochs(tenants),
      presence(tenants),
      events(tenants),
      search(tenants),
      threads(tenants),
      exports(tenants),
      tenant_changes(control) {}

}  // namespace chatter::core
