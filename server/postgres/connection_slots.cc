#include "server/postgres/connection_slots.h"

#include <algorithm>
#include <utility>

#include "spdlog/spdlog.h"

namespace chatter::postgres {
namespace {

// How often a connection to a server that takes no writes is made again, where there is one that
// does.
constexpr absl::Duration kWriterSearchInterval = absl::Seconds(10);
// How often the log says what the matter is while the database is away.
constexpr absl::Duration kLossLogInterval = absl::Seconds(10);

}  // namespace

ConnectionSlots::ConnectionSlots(const DatabaseOptions& options, KnownSchemas& schemas,
                                 ErrorLog& error_log)
    : options_(options), schemas_(schemas), error_log_(error_log), open_all_(!options.few_first) {
  Add(Lane::kWrite, 1);
  Add(Lane::kWriteAside, 1);
  Add(Lane::kQuery, options_.query_connections);
  Add(Lane::kSearch, options_.search_connections);
}

void ConnectionSlots::Add(Lane lane, int count) {
  for (int i = 0; i < count; ++i) slots_.push_back(std::make_unique<Slot>(lane));
  slots_.back()->for_blocked = true;
}

void ConnectionSlots::KeepUp(SteadyTime now, LossListener on_loss) {
  for (auto& slot : slots_) KeepUp(*slot, now, on_loss);
}

void ConnectionSlots::KeepUp(Slot& slot, SteadyTime now, LossListener on_loss) {
  if (slot.connection != nullptr) Examine(slot, now);
  if (slot.connection != nullptr && slot.connection->state() == Connection::State::kLost) {
    Lose(slot, now, on_loss);
  }
  if (slot.connection != nullptr || now < slot.connect_at || !MayOpen(slot)) return;
  slot.give_up_connecting_at = now + options_.connect_timeout;
  slot.gave_up_reader = false;
  slot.connection = std::make_unique<Connection>(options_, slot.lane, schemas_, error_log_);
  if (slot.connection->state() == Connection::State::kLost) Lose(slot, now, on_loss);
}

// What is indispensable first, and then the rest, whenever there is nothing.
bool ConnectionSlots::MayOpen(const Slot& slot) const {
  if (IsIndispensable(slot)) return true;
  return open_all_ && slots_.front()->is_had() && FirstOf(Lane::kQuery)->is_had();
}

bool ConnectionSlots::IsIndispensable(const Slot& slot) const {
  return &slot == slots_.front().get() || &slot == FirstOf(Lane::kQuery);
}

// Where the number of connections is limited, another may have got the place of one that can't be
// done without.
void ConnectionSlots::MakeRoom() {
  const auto last = std::find_if(slots_.rbegin(), slots_.rend(), [this](const auto& slot) {
    return slot->ready() && !IsIndispensable(*slot);
  });
  if (last != slots_.rend()) {
    (*last)->connection->GiveUp("its place is needed for one that can't be done without");
  }
}

Slot* ConnectionSlots::FirstOf(Lane lane) const {
  const auto first = std::find_if(slots_.begin(), slots_.end(),
                                  [lane](const auto& slot) { return slot->lane == lane; });
  return first->get();
}

void ConnectionSlots::Examine(Slot& slot, SteadyTime now) {
  Connection& connection = *slot.connection;
  if (connection.state() == Connection::State::kConnecting) {
    if (now >= slot.give_up_connecting_at) connection.GiveUp("connecting took too long");
    return;
  }
  if (connection.state() != Connection::State::kReady) return;
  const bool idle = connection.in_flight() == 0;
  if (!idle && now >= connection.quiet_since() + SilenceBound(slot)) {
    connection.GiveUp("PostgreSQL says nothing any more");
  } else if (connection.facts().read_only && MayFindWriter(slot, now)) {
    connection.GiveUp("the server takes no writes");
    slot.gave_up_reader = true;
  } else if (idle && now >= connection.quiet_since() + options_.probe_interval) {
    connection.Probe();
  }
}

// A search says nothing until it is done.
absl::Duration ConnectionSlots::SilenceBound(const Slot& slot) const {
  return slot.lane == Lane::kSearch ? 2 * options_.max_silence : options_.max_silence;
}

// Whether another connection in this one's place may come to a server that takes writes. Reads go
// on where there is none.
bool ConnectionSlots::MayFindWriter(Slot& slot, SteadyTime now) const {
  if (Writes(slot.lane)) return true;
  if (now < slot.look_for_writer_at || !HasWriter()) return false;
  slot.look_for_writer_at = now + kWriterSearchInterval;
  return true;
}

bool ConnectionSlots::HasWriter() const {
  return std::any_of(slots_.begin(), slots_.end(), [](const auto& slot) {
    return slot->lane == Lane::kWrite && slot->takes_writes();
  });
}

void ConnectionSlots::Lose(Slot& slot, SteadyTime now, LossListener on_loss) {
  const Connection& connection = *slot.connection;
  if (connection.confused()) {
    ++wrong_answers_;
    spdlog::error("database connection given up: {}", connection.last_error());
  }
  if (slot.lane == Lane::kWrite) {
    LogLoss(connection.last_error(), slot.up, now);
  } else if (HasWriter() && losses_logged_.Admit(connection.last_error(), now)) {
    spdlog::warn("one of several database connections lost, the others go on: {}",
                 connection.last_error());
  }
  slot.up = false;
  slot.backoff = std::clamp(slot.backoff * 2, options_.min_backoff, options_.max_backoff);
  slot.connect_at = now + absl::Uniform(random_, 0.5, 1.0) * slot.backoff;
  const bool in_vain = slot.backoff == options_.max_backoff && !slot.gave_up_reader;
  if (in_vain && IsIndispensable(slot)) MakeRoom();
  on_loss(slot.lane, Connection::End(std::exchange(slot.connection, nullptr)));
}

// Not a line for each attempt and connection: one for each outage, and for what else is the
// matter.
void ConnectionSlots::LogLoss(const std::string& why, bool was_up, SteadyTime now) {
  if (!was_up && (why == logged_loss_ || now < loss_logged_at_ + kLossLogInterval)) return;
  spdlog::warn("database connection lost: {}", why);
  logged_loss_ = why;
  loss_logged_at_ = now;
}

SteadyTime ConnectionSlots::NextLook(SteadyTime now) const {
  SteadyTime next = now + absl::Seconds(60);
  for (const auto& slot : slots_) next = std::min(next, NextLook(*slot));
  return next;
}

SteadyTime ConnectionSlots::NextLook(const Slot& slot) const {
  if (slot.connection == nullptr) {
    return MayOpen(slot) ? slot.connect_at : SteadyTime::InfiniteFuture();
  }
  if (!slot.ready()) return slot.give_up_connecting_at;
  return slot.connection->quiet_since() +
         (slot.connection->in_flight() == 0 ? options_.probe_interval : SilenceBound(slot));
}

ConnectionSlots::Health ConnectionSlots::Look() {
  Health health{.writes = HasWriter()};
  for (const auto& slot : slots_) {
    if (!slot->ready()) continue;
    ++health.up;
    health.queries |= slot->lane == Lane::kQuery;
    if (!slot->takes_writes()) continue;
    slot->backoff = absl::ZeroDuration();
    if (!std::exchange(slot->up, true) && slot->lane == Lane::kWrite) {
      spdlog::info("database connection back");
    }
  }
  return health;
}

}  // namespace chatter::postgres
