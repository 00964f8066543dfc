#include "server/admin/preferences.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/model/errors.h"
#include "server/model/field_mask.h"
#include "server/model/timestamps.h"
#include "server/model/validate.h"

namespace chatter::admin {
namespace {

using store::PreferenceStore;

constexpr PageSizes kPageSizes{.if_zero = 1'000, .max = 1'000};
constexpr int32_t kMinutesPerDay = 1'440;
constexpr std::string_view kZoneField = "preferences.do_not_disturb.time_zone";
constexpr std::string_view kZoneProblem =
    "must be empty, or a time zone's name such as `Europe/Berlin` (not an abbreviation)";

std::optional<absl::Time> ReadMutedUntil(const v1::RoomPreferences& wanted,
                                         FieldViolations& violations) {
  if (!wanted.has_muted_until()) return std::nullopt;
  return ParseTime("preferences.muted_until", wanted.muted_until(), violations);
}

int16_t ReadMinute(const char* field, int32_t minute, FieldViolations& violations) {
  if (minute < 0 || minute >= kMinutesPerDay) {
    violations.Add(absl::StrCat("preferences.do_not_disturb.", field),
                   absl::StrCat("must be 0 to ", kMinutesPerDay - 1));
  }
  return static_cast<int16_t>(minute);
}

// Whether there is such a time zone is for PostgreSQL to say.
bool MayBeTimeZone(std::string_view name) {
  return name.size() <= 64 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '_' || c == '-' || c == '+' || c == '/';
         });
}

std::optional<DoNotDisturb> ReadDoNotDisturb(const v1::Preferences& wanted,
                                             FieldViolations& violations) {
  if (!wanted.has_do_not_disturb()) return std::nullopt;
  const v1::DoNotDisturb& hours = wanted.do_not_disturb();
  if (!MayBeTimeZone(hours.time_zone())) violations.Add(kZoneField, kZoneProblem);
  return DoNotDisturb{.from_minute = ReadMinute("from_minute", hours.from_minute(), violations),
                      .to_minute = ReadMinute("to_minute", hours.to_minute(), violations),
                      .time_zone = hours.time_zone()};
}

NotificationLevel ReadLevel(const v1::RoomPreferences& wanted, FieldViolations& violations) {
  const v1::NotificationLevel level = wanted.notifications();
  if (level < v1::NOTIFICATION_LEVEL_ALL || level > v1::NOTIFICATION_LEVEL_NONE) {
    violations.Add("preferences.notifications", "must be ALL, MENTIONS or NONE");
  }
  return static_cast<NotificationLevel>(level);  // the numbers are the same
}

PreferenceStore::Update ReadUpdate(const v1::Preferences& wanted,
                                   const std::vector<std::string>& mask,
                                   FieldViolations& violations) {
  PreferenceStore::Update update;
  for (const std::string& path : ParseUpdateMask(
           wanted, mask, {"do_not_disturb", "hides_read_marks", "invisible"}, violations)) {
    if (path == "do_not_disturb") {
      update.do_not_disturb = ReadDoNotDisturb(wanted, violations);
    } else if (path == "hides_read_marks") {
      update.hides_read_marks = wanted.hides_read_marks();
    } else {
      update.invisible = wanted.invisible();
    }
  }
  return update;
}

PreferenceStore::RoomUpdate ReadRoomUpdate(const v1::RoomPreferences& wanted,
                                           const std::vector<std::string>& mask,
                                           FieldViolations& violations) {
  PreferenceStore::RoomUpdate update;
  for (const std::string& path : ParseUpdateMask(
           wanted, mask, {"notifications", "muted_until", "pinned", "hidden"}, violations)) {
    if (path == "notifications") {
      update.notifications = ReadLevel(wanted, violations);
    } else if (path == "muted_until") {
      update.muted_until = ReadMutedUntil(wanted, violations);
    } else if (path == "pinned") {
      update.pinned = wanted.pinned();
    } else {
      update.hidden = wanted.hidden();
    }
  }
  return update;
}

// The time zone that is to be set; empty: none, or the default.
std::string ZoneOf(const PreferenceStore::Update& update) {
  const auto hours = update.do_not_disturb.value_or(std::nullopt);
  return hours.has_value() ? hours->time_zone : "";
}

absl::Status UnknownZoneError() {
  FieldViolations violations;
  violations.Add(kZoneField, kZoneProblem);
  return violations.ToStatus();
}

}  // namespace

void Preferences::Get(const UserCaller& caller, Callback<UserPreferences> done) {
  store_.Find({caller.tenant(), caller.user_id()}, caller.deadline(), std::move(done));
}

void Preferences::Update(const UserCaller& caller, const v1::Preferences& wanted,
                         const std::vector<std::string>& mask, Callback<Changed> done) {
  FieldViolations violations;
  const PreferenceStore::Update update = ReadUpdate(wanted, mask, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  const UserKey user{caller.tenant(), caller.user_id()};
  const std::string zone = ZoneOf(update);
  if (zone.empty()) return Change(user, update, caller.deadline(), std::move(done));
  time_zones_.Has(zone, Then(std::move(done), [this, user, update, deadline = caller.deadline()](
                                                  bool has, auto& answer) mutable {
                    if (!has) return answer(UnknownZoneError());
                    Change(user, update, deadline, std::move(answer));
                  }));
}

// Answers to two calls may come in either order: each tells what it changed only.
void Preferences::Change(const UserKey& user, const PreferenceStore::Update& update,
                         SteadyTime deadline, Callback<Changed> done) {
  store_.Change(user, update, deadline,
                Then(std::move(done),
                     [this, user, invisible = update.invisible](UserPreferences now, auto& answer) {
                       if (invisible.has_value())
                         bus_.Publish(bus::VisibilityChosen{user, *invisible});
                       answer(Changed{.user = user, .preferences = std::move(now)});
                     }));
}

void Preferences::UpdateForRoom(const UserCaller& caller, std::string_view room_id,
                                const v1::RoomPreferences& wanted,
                                const std::vector<std::string>& mask, Callback<RoomChanged> done) {
  FieldViolations violations;
  const std::optional<RoomId> id = ParseRoomId(room_id, violations);
  const PreferenceStore::RoomUpdate update = ReadRoomUpdate(wanted, mask, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  const RoomKey room{caller.tenant(), *id};
  const std::string& user_id = caller.user_id();
  store_.ChangeForRoom(
      room, user_id, update, caller.deadline(),
      Then(std::move(done),
           [room, user_id](const std::optional<RoomPreferences>& now, auto& answer) {
             if (!now.has_value()) return answer(RoomNotFoundError());
             answer(RoomChanged{.room = room, .user_id = user_id, .preferences = *now});
           }));
}

void Preferences::ListRecipients(const ServiceCaller& caller,
                                 const v1::ListRecipientsRequest& request,
                                 Callback<Page<std::string>> done) {
  FieldViolations violations;
  const std::optional<RoomId> room = ParseRoomId(request.room_id(), violations);
  if (request.seq() == 0) violations.Add("seq", "must be at least 1");
  const Pager<std::string> pager(caller, request, kPageSizes, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  store_.ListRecipients(
      {caller.tenant(), *room}, request.seq(), pager.After<std::string>().value_or(""),
      pager.limit(), caller.deadline(),
      Then(std::move(done), [pager](PreferenceStore::Recipients found, auto& answer) {
        if (!found.room_found) return answer(RoomNotFoundError());
        if (!found.message_found) return answer(MessageNotFoundError());
        answer(pager.Cut(std::move(found.user_ids), [](const std::string& last) { return last; }));
      }));
}

}  // namespace chatter::admin
