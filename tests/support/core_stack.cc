#include "tests/support/core_stack.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "server/live/subscribers.h"
#include "tests/support/await.h"

namespace chatter::test {
namespace {

std::unique_ptr<postgres::Database> OpenDatabase(const std::string& url, bool prepared_statements) {
  // Locks stand in for what takes long: they are waited for.
  auto database = postgres::Database::Create({.url = url,
                                              .query_connections = 2,
                                              .prepared_statements = prepared_statements,
                                              .max_lock_wait = absl::ZeroDuration()},
                                             [](bool) {});
  if (!database.ok()) std::abort();
  return *std::move(database);
}

}  // namespace

CoreStack::CoreStack(const std::string& url, const Clock& clock, const stream::ChatOptions& options,
                     bool prepared_statements)
    : database(OpenDatabase(url, prepared_statements)),
      control(*database),
      tenants(*database),
      users(control, tenants),
      schema_sessions(url, "chatterd schemas"),
      stores(control, tenants),
      log(tenants, stores, /*hub_workers=*/2, clock),
      conversation(stores, log, schema_sessions, options, clock),
      directory({}, {}, clock),
      authenticators({}, {}, clock) {
  log.bus.Listen(live::Subscribers{log.hub, conversation.presence, conversation.settings, directory,
                                   authenticators});
}

CoreStack::~CoreStack() { database->Stop(); }

void CoreStack::AddUsers(const TenantKey& tenant, const std::vector<std::string>& ids) {
  std::vector<User> list;
  for (const std::string& id : ids)
    list.push_back({.id = id, .display_name = "", .created_at = {}});
  auto done = Await<std::vector<User>>(
      [&](auto callback) { users.Upsert(tenant, list, Soon(), std::move(callback)); });
  if (!done.ok()) std::abort();
}

RoomId CoreStack::AddRoom(const TenantKey& tenant, std::vector<std::string> ids) {
  AddUsers(tenant, ids);
  std::sort(ids.begin(), ids.end());
  auto made = Await<store::RoomStore::MadeRoom>([&](auto callback) {
    stores.rooms.Create(tenant, {.user_ids = ids}, {Asker::User(ids[0])}, Soon(),
                        std::move(callback));
  });
  if (!made.ok()) std::abort();
  return made->room.id;
}

absl::StatusOr<StoredMessage> CoreStack::Send(const RoomKey& room, const std::string& sender,
                                              const std::string& client_message_id,
                                              const std::string& text) {
  return Await<StoredMessage>([&](auto callback) {
    log.writer.Append({room, sender, client_message_id, text}, Soon(), std::move(callback));
  });
}

absl::StatusOr<uint64_t> CoreStack::Edit(const TenantCaller& caller, const RoomId& room,
                                         uint64_t seq, const std::string& text) {
  v1::EditMessageRequest request;
  request.set_room_id(room.ToString());
  request.set_seq(seq);
  request.set_text(text);
  return Await<uint64_t>(
      [&](auto done) { conversation.message_changer.Edit(caller, request, std::move(done)); });
}

std::vector<RoomEvent> CoreStack::ReadLog(const RoomKey& room) {
  std::vector<RoomEvent> all;
  while (true) {
    auto page = Await<store::EventReader::EventPage>([&](auto callback) {
      stores.events.ReadEvents(room, all.size(), 10'000, Soon(), std::move(callback));
    });
    if (!page.ok()) std::abort();
    for (RoomEvent& event : page->events) all.push_back(std::move(event));
    if (!page->has_more) return all;
  }
}

}  // namespace chatter::test
