// What reads and writes tenants' schemas, by subject.
//
// Thread-safe, as each part is. What it is made from must outlive it.
#ifndef CHATTER_SERVER_CORE_STORES_H_
#define CHATTER_SERVER_CORE_STORES_H_

#include "server/postgres/databases.h"
#include "server/store/epoch_store.h"
#include "server/store/event_reader.h"
#include "server/store/export_reader.h"
#include "server/store/message_changes.h"
#include "server/store/message_references.h"
#include "server/store/preference_store.h"
#include "server/store/presence_store.h"
#include "server/store/read_state_store.h"
#include "server/store/room_changes.h"
#include "server/store/room_settler.h"
#include "server/store/room_store.h"
#include "server/store/search_reader.h"
#include "server/store/settings_store.h"
#include "server/store/tenant_changes.h"
#include "server/store/thread_store.h"

namespace chatter::core {

struct Stores {
  Stores(postgres::ControlDatabase& control, postgres::TenantDatabases& tenants);

  store::RoomStore rooms;
  store::RoomChanges room_changes;
  store::RoomSettler room_settler;
  store::MessageChanges message_changes;
  store::MessageReferences message_references;
  store::ReadStateStore read_states;
  store::PreferenceStore preferences;
  store::SettingsStore settings;
  store::EpochStore epochs;
  store::PresenceStore presence;
  store::EventReader events;
  store::SearchReader search;
  store::ThreadStore threads;
  store::ExportReader exports;
  store::TenantChanges tenant_changes;
};

}  // namespace chatter::core

#endif  // CHATTER_SERVER_CORE_STORES_H_
