// Stores messages: group commit over all rooms and tenants of a database server.
//
// While one commit is in flight, sends gather; they leave together as one pipeline with one commit,
// at most kMaxBatchRows or kMaxBatchBytes of them, tenants and rooms in turn. A lone send leaves at
// once. A connection that is lost with a batch in flight leaves its fate unknown: the batch is sent
// again, and the client message ids keep it from being stored twice.
//
// What is one tenant's fault stays with that tenant: if its tables are missing or locked, or a
// message can't be stored, the others of the batch are stored at once without it, and it goes on
// alone, over a connection of its own, until it has been well for a while (aside_tenants.h).
//
// Thread-safe. The databases must outlive the writer. Callbacks run on the database's thread, or,
// of a refusal, on the caller's.
#ifndef CHATTER_SERVER_STORE_EVENT_WRITER_H_
#define CHATTER_SERVER_STORE_EVENT_WRITER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/room.h"

namespace chatter::postgres {
class TenantDatabases;
}  // namespace chatter::postgres

namespace chatter::store {

struct NewMessage {
  RoomKey room;
  std::string sender_id;
  std::string client_message_id;
  std::string text;
  std::string service = {};  // as in RoomEvent
  std::string details = {};  // as in MessageSent
  // What the details say, once more.
  uint64_t thread_seq = 0;
  std::vector<std::string> mentions = {};  // ids of users; an empty one stands for everyone
};

class EventWriter {
 public:
  // Of each server.
  static constexpr size_t kMaxBatchRows = 512;
  static constexpr size_t kMaxBatchBytes = 1 << 20;
  static constexpr size_t kMaxQueuedRows = 50'000;
  static constexpr size_t kMaxQueuedBytes = 64 << 20;

  // Hears of every commit, before the sends in it are answered: of each room once. Called on the
  // threads of the databases.
  using CommitListener = absl::AnyInvocable<void(std::vector<CommittedEvents>)>;

  EventWriter(postgres::TenantDatabases& databases, CommitListener listener);
  ~EventWriter();

  // Errors: NOT_FOUND (ROOM_NOT_FOUND: no such room, or the sender isn't in it), ALREADY_EXISTS
  // (CLIENT_MESSAGE_ID_REUSED), UNAVAILABLE (DATABASE_UNAVAILABLE: not known to be stored by the
  // deadline; TENANT_BROKEN: the tenant's tables are missing, or were locked until the deadline),
  // RESOURCE_EXHAUSTED (OVERLOADED: the queue is full, or the tenant's half of it).
  void Append(NewMessage message, SteadyTime deadline, Callback<StoredMessage> done);

  struct Stats {
    size_t queued_rows = 0;
    size_t queued_bytes = 0;
    uint64_t commits = 0;
    uint64_t messages = 0;       // stored, or found stored before
    uint64_t refused = 0;        // for want of room in the queue
    size_t blocked_tenants = 0;  // whose messages wait for somebody's lock
  };
  Stats stats() const;

 private:
  class ServerWriter;

  postgres::TenantDatabases& databases_;
  std::vector<std::shared_ptr<ServerWriter>> writers_;  // one for each server
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_EVENT_WRITER_H_
