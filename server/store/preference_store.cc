#include "server/store/preference_store.h"

#include <utility>

#include "server/postgres/databases.h"
#include "server/store/room_rows.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

using Recipients = PreferenceStore::Recipients;

constexpr int16_t kNever = -1;

// The row of find_preferences.sql or update_preferences.sql.
UserPreferences ReadPreferences(const postgres::Rows& rows) {
  UserPreferences preferences{.hides_read_marks = rows.GetBool(0, 3),
                              .invisible = rows.GetBool(0, 4)};
  if (!rows.IsNull(0, 0)) {
    preferences.do_not_disturb =
        DoNotDisturb{.from_minute = static_cast<int16_t>(rows.GetInt(0, 0)),
                     .to_minute = static_cast<int16_t>(rows.GetInt(0, 1)),
                     .time_zone = std::string(rows.GetText(0, 2))};
  }
  return preferences;
}

// Whether to change it, and to what.
void AddChange(std::optional<bool> change, postgres::Params& params) {
  params.Bool(change.has_value()).Bool(change.value_or(false));
}

postgres::TenantStatement ChangeStatement(const UserKey& user,
                                          const PreferenceStore::Update& update) {
  const DoNotDisturb hours =
      update.do_not_disturb.value_or(std::nullopt)
          .value_or(DoNotDisturb{.from_minute = kNever, .to_minute = kNever});
  postgres::TenantStatement statement{sql::kUpdatePreferences, user.tenant,
                                      postgres::Params().Text(user.user_id)};
  postgres::Params& params = statement.params;
  params.Bool(update.do_not_disturb.has_value());
  params.Smallint(hours.from_minute).Smallint(hours.to_minute).Text(hours.time_zone);
  AddChange(update.hides_read_marks, params);
  AddChange(update.invisible, params);
  return statement;
}

postgres::TenantStatement ChangeStatement(const RoomKey& room, const std::string& user_id,
                                          const PreferenceStore::RoomUpdate& update) {
  postgres::TenantStatement statement{sql::kUpdateRoomPreferences, room.tenant,
                                      postgres::Params().Uuid(room.room).Text(user_id)};
  postgres::Params& params = statement.params;
  const NotificationLevel level = update.notifications.value_or(NotificationLevel::kAll);
  params.Bool(update.notifications.has_value()).Smallint(static_cast<int16_t>(level));
  const std::optional<absl::Time> muted_until = update.muted_until.value_or(std::nullopt);
  params.Bool(update.muted_until.has_value());
  muted_until.has_value() ? params.Time(*muted_until) : params.NullTime();
  AddChange(update.pinned, params);
  AddChange(update.hidden, params);
  return statement;
}

Recipients ReadRecipients(const postgres::Rows& message, const postgres::Rows& users) {
  if (message.size() == 0) return {};
  Recipients recipients{.room_found = true,
                        .message_found = !message.IsNull(0, 3) && !message.GetBool(0, 4)};
  recipients.user_ids.reserve(static_cast<size_t>(users.size()));
  for (int row = 0; row < users.size(); ++row) {
    recipients.user_ids.emplace_back(users.GetText(row, 0));
  }
  return recipients;
}

}  // namespace

void PreferenceStore::Find(const UserKey& user, SteadyTime deadline,
                           Callback<UserPreferences> done) {
  postgres::RunOne(tenants_,
                   {sql::kFindPreferences, user.tenant, postgres::Params().Text(user.user_id)},
                   deadline, postgres::kIdempotent,
                   Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
                     answer(rows.size() == 0 ? UserPreferences() : ReadPreferences(rows));
                   }));
}

void PreferenceStore::Change(const UserKey& user, const Update& update, SteadyTime deadline,
                             Callback<UserPreferences> done) {
  postgres::RunOne(tenants_, ChangeStatement(user, update), deadline, postgres::kIdempotent,
                   Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
                     answer(ReadPreferences(rows));
                   }));
}

void PreferenceStore::ListTimeZones(SteadyTime deadline, Callback<std::vector<std::string>> done) {
  postgres::RunOne(control_, {sql::kListTimeZones, postgres::Params()}, deadline,
                   postgres::kIdempotent,
                   Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
                     std::vector<std::string> names;
                     names.reserve(static_cast<size_t>(rows.size()));
                     for (int row = 0; row < rows.size(); ++row)
                       names.emplace_back(rows.GetText(row, 0));
                     answer(std::move(names));
                   }));
}

void PreferenceStore::ChangeForRoom(const RoomKey& room, const std::string& user_id,
                                    const RoomUpdate& update, SteadyTime deadline,
                                    Callback<std::optional<RoomPreferences>> done) {
  postgres::RunOne(tenants_, ChangeStatement(room, user_id, update), deadline,
                   postgres::kIdempotent,
                   Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
                     if (rows.size() == 0) return answer(std::optional<RoomPreferences>());
                     answer(std::optional(ReadRoomPreferences(rows, 0, 0)));
                   }));
}

void PreferenceStore::ListRecipients(const RoomKey& room, uint64_t seq, const std::string& after,
                                     int limit, SteadyTime deadline, Callback<Recipients> done) {
  postgres::TenantDatabase::Transaction transaction;
  transaction.deadline = deadline;
  transaction.idempotent = true;
  transaction.statements.push_back(
      {sql::kReadMessageState, room.tenant, postgres::Params().Uuid(room.room).Text("").Seq(seq)});
  transaction.statements.push_back(
      {sql::kListRecipients, room.tenant,
       postgres::Params().Uuid(room.room).Seq(seq).Text(after).Int(limit)});
  tenants_.For(room.tenant)
      .Run(std::move(transaction),
           Then(std::move(done), [](const postgres::Database::Results& results, auto& answer) {
             answer(ReadRecipients(results.front(), results.back()));
           }));
}

}  // namespace chatter::store
