// The connections of a database: made, watched, given up, and made again with a growing pause.
//
// Not thread-safe, but for OpenAll and wrong_answers: the database's loop alone touches it.
#ifndef CHATTER_SERVER_POSTGRES_CONNECTION_SLOTS_H_
#define CHATTER_SERVER_POSTGRES_CONNECTION_SLOTS_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/random/random.h"
#include "absl/time/time.h"
#include "common/steady_time.h"
#include "server/base/log_limiter.h"
#include "server/postgres/connection.h"
#include "server/postgres/database.h"
#include "server/postgres/error_log.h"
#include "server/postgres/known_schemas.h"
#include "server/postgres/pending_transaction.h"

namespace chatter::postgres {

// A place for a connection, with what is needed to keep it up.
struct Slot {
  explicit Slot(Lane slot_lane) : lane(slot_lane) {}

  bool ready() const {
    return connection != nullptr && connection->state() == Connection::State::kReady;
  }
  // Whether writes can be sent to it.
  bool takes_writes() const { return ready() && !connection->facts().read_only; }

  // It is there, or would be, but for the server that takes no writes.
  bool is_had() const { return ready() || gave_up_reader; }

  const Lane lane;
  std::unique_ptr<Connection> connection;  // null: none, until connect_at
  bool for_blocked = false;                // for blocked tenants, too: one transaction at a time
  bool has_blocked = false;                // ... and has one
  SteadyTime look_for_writer_at = SteadyTime::InfinitePast();
  absl::Duration backoff = absl::ZeroDuration();
  SteadyTime connect_at = SteadyTime::InfinitePast();
  SteadyTime give_up_connecting_at = SteadyTime::InfiniteFuture();
  bool gave_up_reader = false;  // the last connection was good, but to a server without writes
  bool up = true;               // false once a loss has been logged; true again when connected
};

class ConnectionSlots {
 public:
  using Slots = std::vector<std::unique_ptr<Slot>>;
  // Hears what was sent on a connection that is lost, and not answered, in order.
  using LossListener = absl::FunctionRef<void(Lane lane, std::vector<PendingPtr> unanswered)>;

  // All must outlive the slots.
  ConnectionSlots(const DatabaseOptions& options, KnownSchemas& schemas, ErrorLog& error_log);

  const Slots& all() const { return slots_; }

  // Connects what `few_first` has put off, from the next KeepUp on. Thread-safe.
  void OpenAll() { open_all_ = true; }

  // Notices connections that are lost or of no use, and connects again those whose pause is over.
  void KeepUp(SteadyTime now, LossListener on_loss);
  // When there will be something to do, if nothing happens before.
  SteadyTime NextLook(SteadyTime now) const;

  struct Health {
    size_t up = 0;
    bool queries = false;  // at least one connection stands for them
    bool writes = false;   // ... and one to a server that takes writes
  };
  // Takes note of the connections that stand by now.
  Health Look();

  // Connections given up because an answer wasn't to the question that was asked. Thread-safe.
  uint64_t wrong_answers() const { return wrong_answers_; }

 private:
  void Add(Lane lane, int count);
  void KeepUp(Slot& slot, SteadyTime now, LossListener on_loss);
  bool MayOpen(const Slot& slot) const;
  Slot* FirstOf(Lane lane) const;
  bool IsIndispensable(const Slot& slot) const;
  void MakeRoom();
  void Examine(Slot& slot, SteadyTime now);
  absl::Duration SilenceBound(const Slot& slot) const;
  bool MayFindWriter(Slot& slot, SteadyTime now) const;
  bool HasWriter() const;
  void Lose(Slot& slot, SteadyTime now, LossListener on_loss);
  void LogLoss(const std::string& why, bool was_up, SteadyTime now);
  SteadyTime NextLook(const Slot& slot) const;

  const DatabaseOptions& options_;
  KnownSchemas& schemas_;
  ErrorLog& error_log_;
  std::atomic<bool> open_all_;
  std::atomic<uint64_t> wrong_answers_ = 0;
  Slots slots_;
  absl::BitGen random_;
  LogLimiter losses_logged_;
  std::string logged_loss_;
  SteadyTime loss_logged_at_ = SteadyTime::InfinitePast();
};

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_CONNECTION_SLOTS_H_
