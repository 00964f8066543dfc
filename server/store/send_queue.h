// Messages that wait to be stored: bounded, and fair.
//
// Tenants take turns, and so do the rooms of a tenant: however much one sends, the others wait no
// longer than if it had sent as little as they. What goes to one room comes out in order. No tenant
// may fill more than half of the queue. Not thread-safe: guarded by the writer.
#ifndef CHATTER_SERVER_STORE_SEND_QUEUE_H_
#define CHATTER_SERVER_STORE_SEND_QUEUE_H_

#include <deque>
#include <list>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "server/base/callback.h"
#include "server/model/model.h"
#include "server/store/event_writer.h"

namespace chatter::store {

// A message on its way, from Append to its answer.
struct Send {
  NewMessage message;
  absl::Time deadline;
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

  size_t rows() const { return held_.rows; }
  size_t bytes() const { return held_.bytes; }

 private:
  // The messages of a room, or a part of them.
  using Sends = std::list<Send>;
  struct Amount {
    size_t rows = 0;
    size_t bytes = 0;
  };
  struct Tenant {
    std::deque<RoomId> turns;  // rooms with messages, the next one at the front
    absl::flat_hash_map<RoomId, Sends> rooms;
    Amount held;
  };

  const Send& Next() const;
  // Takes out what Next() is.
  Sends Pop();
  // Puts one message into its room's queue, or back to the front of it.
  enum class End { kFront, kBack };
  void Put(Sends one, End end);

  std::deque<SchemaName> turns_;  // tenants with messages, the next one at the front
  absl::flat_hash_map<SchemaName, Tenant> tenants_;
  Amount held_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_SEND_QUEUE_H_
