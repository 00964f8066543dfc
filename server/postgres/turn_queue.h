// Transactions that wait for a connection: tenants take turns.
//
// However much one tenant asks for, the others wait no longer than if it had asked for as little as
// they. What one tenant asks for comes out in order. Not thread-safe.
#ifndef CHATTER_SERVER_POSTGRES_TURN_QUEUE_H_
#define CHATTER_SERVER_POSTGRES_TURN_QUEUE_H_

#include <deque>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "server/postgres/pending_transaction.h"

namespace chatter::postgres {

class TurnQueue {
 public:
  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }

  void PushBack(PendingPtr pending);
  // In front of what its tenant waits for.
  void PushFront(PendingPtr pending);
  // The next one of the tenant whose turn it is, of those that `may_go`; null: there is none.
  PendingPtr Pop(absl::FunctionRef<bool(const std::string& tenant)> may_go);

 private:
  std::deque<PendingPtr>& LineOf(const std::string& tenant);

  absl::flat_hash_map<std::string, std::deque<PendingPtr>> lines_;  // none is empty
  std::deque<std::string> turns_;                                   // the keys of lines_
  size_t size_ = 0;
};

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_TURN_QUEUE_H_
