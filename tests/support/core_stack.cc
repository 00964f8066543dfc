#include "tests/support/core_stack.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "server/base/clock.h"
#include "server/live/subscribers.h"
#include "server/rooms/walks.h"
#include "server/wire/encode.h"
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
      rooms(tenants),
      room_changes(control, tenants),
      settler(tenants),
      message_changes(tenants, settler),
      message_references(tenants),
      read_state_store(tenants),
      settings_store(tenants),
      epoch_store(tenants),
      presence_store(tenants),
      reader(tenants),
      search_reader(tenants),
      schema_sessions(url, "chatterd schemas"),
      search_index(schema_sessions),
      pages(reader, wire::EncodeRoomEvents, clock),
      hub(2, reader, epoch_store, pages, bus, clock, wire::EncodeRoomEvents),
      writer(tenants,
             [this](bus::Commit commit) {
               for (const CommittedEvents& committed : commit) settler.Note(committed.room);
               bus.Publish(std::move(commit));
             }),
      settings(settings_store, Clock::Real()),  // tells the database until when to try
      messages(writer, reader, message_references, settings),
      room_changer(room_changes, bus),
      message_changer(message_changes, settings, bus),
      walks(rooms::kWalkOptions),
      read_states(read_state_store, walks),
      presence(presence_store, settings, clock, wire::EncodePresence),
      search_languages(search_index, bus),
      search({search_reader, search_languages, settings}),
      sessions(options,
               {clock, hub, bus, messages, pages, read_states, settings, presence, rooms, walks}),
      directory({}, {}, clock),
      authenticators({}, {}, clock) {
  bus.Listen(live::Subscribers{hub, presence, settings, directory, authenticators});
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
    rooms.Create(tenant, {.user_ids = ids}, {Asker::User(ids[0])}, Soon(), std::move(callback));
  });
  if (!made.ok()) std::abort();
  return made->room.id;
}

absl::StatusOr<StoredMessage> CoreStack::Send(const RoomKey& room, const std::string& sender,
                                              const std::string& client_message_id,
                                              const std::string& text) {
  return Await<StoredMessage>([&](auto callback) {
    writer.Append({room, sender, client_message_id, text}, Soon(), std::move(callback));
  });
}

absl::StatusOr<uint64_t> CoreStack::Edit(const TenantCaller& caller, const RoomId& room,
                                         uint64_t seq, const std::string& text) {
  v1::EditMessageRequest request;
  request.set_room_id(room.ToString());
  request.set_seq(seq);
  request.set_text(text);
  return Await<uint64_t>(
      [&](auto done) { message_changer.Edit(caller, request, std::move(done)); });
}

std::vector<RoomEvent> CoreStack::ReadLog(const RoomKey& room) {
  std::vector<RoomEvent> log;
  while (true) {
    auto page = Await<store::EventReader::EventPage>([&](auto callback) {
      reader.ReadEvents(room, log.size(), 10'000, Soon(), std::move(callback));
    });
    if (!page.ok()) std::abort();
    for (RoomEvent& event : page->events) log.push_back(std::move(event));
    if (!page->has_more) return log;
  }
}

}  // namespace chatter::test
