#include "server/store/settings_store.h"

#include <utility>

#include "server/postgres/databases.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

Settings ReadSettings(const postgres::Rows& rows) {
  Settings settings;
  if (rows.size() == 0) return settings;
  for (const int16_t feature : rows.GetSmallints(0, 0)) {
    settings.disabled_features.push_back(static_cast<Feature>(feature));
  }
  if (!rows.IsNull(0, 1)) settings.rewrite_window = absl::Seconds(rows.GetInt(0, 1));
  settings.forgets_edits = rows.GetBool(0, 2);
  settings.search_language = std::string(rows.GetText(0, 3));
  if (!rows.IsNull(0, 4)) {
    settings.search_language_change = {
        .search_language = std::string(rows.GetText(0, 4)),
        .requested_at = rows.GetTime(0, 5),
        .sqlstate = rows.IsNull(0, 6) ? "" : std::string(rows.GetText(0, 6))};
  }
  return settings;
}

std::vector<int16_t> NumbersOf(const std::vector<Feature>& features) {
  std::vector<int16_t> numbers;
  for (const Feature feature : features) numbers.push_back(static_cast<int16_t>(feature));
  return numbers;
}

// 0 stands for no bound.
int64_t SecondsOf(absl::Duration window) {
  return window == absl::InfiniteDuration() ? 0 : absl::ToInt64Seconds(window);
}

}  // namespace

void SettingsStore::Find(const TenantKey& tenant, SteadyTime deadline, Callback<Settings> done) {
  postgres::RunOne(
      database_, {sql::kFindSettings, tenant, postgres::Params()}, deadline, postgres::kIdempotent,
      Then(std::move(done),
           [](const postgres::Rows& rows, auto& answer) { answer(ReadSettings(rows)); }));
}

void SettingsStore::Change(const TenantKey& tenant, const Update& update, SteadyTime deadline,
                           Callback<std::optional<Settings>> done) {
  postgres::Params params;
  params.Bool(update.disabled_features.has_value())
      .Smallints(NumbersOf(update.disabled_features.value_or(std::vector<Feature>())))
      .Bool(update.rewrite_window.has_value())
      .Int(SecondsOf(update.rewrite_window.value_or(absl::InfiniteDuration())))
      .Bool(update.forgets_edits.has_value())
      .Bool(update.forgets_edits.value_or(false))
      .Bool(update.search_language.has_value())
      .Text(update.search_language.value_or(""));
  postgres::RunOne(database_, {sql::kChangeSettings, tenant, std::move(params)}, deadline,
                   postgres::kIdempotent,
                   Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
                     answer(rows.size() == 0 ? std::nullopt : std::optional(ReadSettings(rows)));
                   }));
}

}  // namespace chatter::store
