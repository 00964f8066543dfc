#include "server/store/session_makers.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "server/model/caller.h"
#include "server/postgres/databases.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

// The release before last wrote down no maker.
bool IsAccount(std::string_view service) {
  return !service.empty() && service != kAdministratorName;
}

}  // namespace

void SessionMakers::Find(postgres::ControlDatabase& control, const TenantKey& tenant,
                         std::vector<std::string> names, SteadyTime deadline,
                         Callback<SessionMakers> done) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  names.erase(std::remove_if(names.begin(), names.end(),
                             [](const std::string& name) { return !IsAccount(name); }),
              names.end());
  if (names.empty()) return done(SessionMakers());
  postgres::RunOne(
      control,
      {sql::kFindSessionMakers, tenant, postgres::Params().Text(tenant.text()).Texts(names)},
      deadline, postgres::kIdempotent,
      Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
        SessionMakers makers;
        for (int row = 0; row < rows.size(); ++row) {
          makers.since_.emplace(rows.GetText(row, 0), rows.GetTime(row, 1));
        }
        answer(std::move(makers));
      }));
}

absl::Time SessionMakers::HoldSince(std::string_view service) const {
  if (!IsAccount(service)) return absl::InfinitePast();
  const auto found = since_.find(std::string(service));
  return found == since_.end() ? absl::InfiniteFuture() : found->second;
}

}  // namespace chatter::store
