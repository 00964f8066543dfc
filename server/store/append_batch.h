// A batch of messages of any tenants, as one transaction.
#ifndef CHATTER_SERVER_STORE_APPEND_BATCH_H_
#define CHATTER_SERVER_STORE_APPEND_BATCH_H_

#include <cstddef>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "server/model/room.h"
#include "server/postgres/databases.h"
#include "server/store/send_queue.h"

namespace chatter::store {

using Batch = std::vector<Send>;

// What a tenant has in a batch, and in its transaction.
struct BatchPart {
  size_t begin = 0;  // messages
  size_t end = 0;
  size_t first_statement = 0;
  size_t append = 0;  // the statement that tells what has become of the messages
};

struct AppendTransaction {
  postgres::TenantDatabase::Transaction transaction;
  std::vector<BatchPart> parts;
};

// Puts the messages of a tenant next to each other and the tenants in the order in which their
// rooms are locked. Within a tenant the order of arrival stays. The transaction fails when it has
// to wait for a lock for longer than `lock_wait`.
AppendTransaction MakeAppendTransaction(Batch& batch, postgres::Lane lane,
                                        absl::Duration lock_wait);

// The rooms of messages of one tenant, in the order in which they are locked.
std::vector<RoomId> RoomsOf(std::span<const Send> messages);

// Takes a tenant's messages out of the batch. REQUIRES: the parts belong to the batch as it is.
Batch TakePart(Batch& batch, const BatchPart& part);

// What has become of a message.
struct Outcome {
  absl::StatusOr<StoredMessage> message;
  bool as_stored;  // what was given is what the log holds
};
// One for each message of the batch.
std::vector<Outcome> ReadOutcomes(const postgres::Database::Results& results,
                                  const std::vector<BatchPart>& parts);

// What was stored, taken out of the batch. Duplicates too: what looks like one may be this batch,
// run again after a lost connection. But not those that were edited or deleted since.
std::vector<CommittedEvents> TakeCommitted(Batch& batch, const std::vector<Outcome>& outcomes);

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_APPEND_BATCH_H_
