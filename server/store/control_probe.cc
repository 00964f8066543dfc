#include "server/store/control_probe.h"

#include <utility>

#include "server/postgres/databases.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(3);

}  // namespace

ControlProbe::ControlProbe(postgres::ControlDatabase& database, std::function<void()> on_change)
    : database_(database), state_(std::make_shared<State>()) {
  state_->on_change = std::move(on_change);
}

void ControlProbe::Ask() {
  if (state_->asking.exchange(true)) return;
  postgres::RunOne(database_, {sql::kProbeControl, postgres::Params()},
                   SteadyTime::Now() + kTimeout, postgres::kIdempotent,
                   [state = state_](const absl::StatusOr<postgres::Rows>& rows) {
                     state->asking = false;
                     if (state->readable.exchange(rows.ok()) != rows.ok()) state->on_change();
                   });
}

}  // namespace chatter::store
