#include "server/store/control_probe.h"

#include <utility>

#include "server/store/database.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(3);

}  // namespace

ControlProbe::ControlProbe(Database& database, std::function<void()> on_change)
    : database_(database), state_(std::make_shared<State>()) {
  state_->on_change = std::move(on_change);
}

void ControlProbe::Ask() {
  if (state_->asking.exchange(true)) return;
  RunOne(database_, {sql::kProbeControl, std::nullopt, Params()}, SteadyTime::Now() + kTimeout,
         kIdempotent, [state = state_](const absl::StatusOr<Rows>& rows) {
           state->asking = false;
           if (state->readable.exchange(rows.ok()) != rows.ok()) state->on_change();
         });
}

}  // namespace chatter::store
