// Messages that wait to be stored: bounded, and fair.
//
// Tenants take turns, and so do the rooms of a tenant: however much one sends, the others wait no
// longer than if it had sent as little as they. What goes to one room comes out in order. No tenant
// may fill more than half of the queue.
//
// A tenant can be set aside: then it takes no turns with the others, takes none of their room, and
// is asked for by name. Of such a tenant, rooms can be held: they are asked for apart from the
// tenant's other rooms. Not thread-safe: guarded by the writer.
#ifndef CHATTER_SERVER_STORE_SEND_QUEUE_H_
#define CHATTER_SERVER_STORE_SEND_QUEUE_H_

#include <deque>
#include <list>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/model.h"
#include "server/store/event_writer.h"

namespace chatter::store {

// A message on its way, from Append to its answer.
struct Send {
  NewMessage message;
  SteadyTime deadline;
  Callback<StoredMessage> done;

  size_t bytes() const { return message.text.size() + message.details.size() + 128; }
};

class SendQueue {
 public:
  static constexpr size_t kMaxRows = EventWriter::kMaxQueuedRows;
  static constexpr size_t kMaxBytes = EventWriter::kMaxQueuedBytes;

  // False, and `send` is left alone: there is no room for it.
  bool Add(Send& send);

  // The next messages to store: up to `max_rows`, and up to `max_bytes` unless the first is larger.
  // A message that repeats one of the batch stays for a later one, which will find the first
  // stored.
  std::vector<Send> TakeBatch(size_t max_rows, size_t max_bytes);

  // Until TakeBack, which also ends what was held.
  void SetAside(const TenantKey& tenant);
  void TakeBack(const TenantKey& tenant);

  // What follows is for tenants that are set aside.
  enum class Rooms { kFree, kHeld };
  // Whether messages wait in such rooms.
  bool Has(const TenantKey& tenant, Rooms rooms) const;
  std::vector<Send> TakeBatchOf(const TenantKey& tenant, Rooms rooms, size_t max_rows,
                                size_t max_bytes);
  // For as long as messages wait in the room, or until it is freed.
  void Hold(const RoomKey& room);
  void Free(const RoomKey& room);
  // Messages that a batch held, before those that came since.
  void PutBack(std::vector<Send> batch);
  std::vector<Send> TakeAllOf(const TenantKey& tenant);
  // Those whose deadlines have passed, of all these tenants.
  std::vector<Send> TakeExpired(SteadyTime now);

  size_t rows() const { return with_others_.rows + aside_.rows; }
  size_t bytes() const { return with_others_.bytes + aside_.bytes; }

 private:
  // The messages of a room, or a part of them.
  using Sends = std::list<Send>;
  struct Amount {
    size_t rows = 0;
    size_t bytes = 0;

    void operator+=(const Amount& other) {
      rows += other.rows;
      bytes += other.bytes;
    }
    void operator-=(const Amount& other) {
      rows -= other.rows;
      bytes -= other.bytes;
    }
  };
  struct Room {
    Sends sends;  // never empty
    bool held = false;
  };
  using Turns = std::deque<RoomId>;  // rooms with messages, the next one at the front
  struct Tenant {
    Turns turns;
    Turns held_turns;
    absl::flat_hash_map<RoomId, Room> rooms;
    Amount amount;
    bool aside = false;

    Turns& turns_of(bool held) { return held ? held_turns : turns; }
  };
  using Tenants = absl::flat_hash_map<TenantKey, Tenant>;

  // Takes messages out until a batch is full. `next`: whose turn it is, null: nobody's.
  template <typename NextTenant>
  std::vector<Send> Take(NextTenant next, Rooms rooms, size_t max_rows, size_t max_bytes);
  // Takes out the next message of the tenant whose turn it is, and sends the room and the tenant to
  // the ends of their lines.
  Sends Pop(Tenants::iterator tenant, Rooms rooms);
  template <typename Condition>
  std::vector<Send> TakeIf(Tenant& tenant, Condition condition);
  void Subtract(Tenant& tenant, const Send& send);
  Amount& total_of(const Tenant& tenant) { return tenant.aside ? aside_ : with_others_; }
  // Puts one message into its room's queue, or back to the front of it.
  enum class End { kFront, kBack };
  void Put(Sends one, End end);
  void SetHeld(const RoomKey& room, bool held);

  std::deque<TenantKey> turns_;  // tenants with messages, the next one at the front
  Tenants tenants_;              // those, and those that are set aside
  Amount with_others_;
  Amount aside_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_SEND_QUEUE_H_
