#include "server/stream/opening.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/live/presence.h"
#include "server/model/errors.h"
#include "server/model/validate.h"
#include "server/wire/convert.h"

namespace chatter::stream {
namespace {

absl::StatusOr<Cursors> ParseCursors(const v1::Open& open, int max_rooms) {
  FieldViolations violations;
  Cursors cursors{.epoch = open.epoch(), .after_seqs = {}};
  if (open.epoch().size() > kMaxEpochBytes) {
    violations.Add("open.epoch", absl::StrCat("may have up to ", kMaxEpochBytes, " bytes"));
  }
  if (open.cursors_size() > max_rooms) {
    violations.Add("open.cursors", absl::StrCat("may hold up to ", max_rooms, " cursors"));
    return violations.ToStatus();
  }
  for (int i = 0; i < open.cursors_size(); ++i) {
    const auto room = RoomId::Parse(open.cursors(i).room_id());
    const std::string field = absl::StrCat("open.cursors[", i, "].room_id");
    if (!room.has_value()) {
      violations.Add(field, "must be a UUID in canonical text");
    } else if (!cursors.after_seqs.emplace(*room, open.cursors(i).after_seq()).second) {
      violations.Add(field, "is there twice");
    }
  }
  if (auto status = violations.ToStatus(); !status.ok()) return status;
  return cursors;
}

}  // namespace

absl::StatusOr<Opening> ParseOpen(const v1::Open& open, const ChatOptions& options) {
  auto cursors = ParseCursors(open, options.max_rooms);
  if (!cursors.ok()) return cursors.status();
  FieldViolations violations;
  std::vector<std::string> watched = wire::ToStrings(open.watched_user_ids());
  live::Presence::CheckWatched("open.watched_user_ids", watched, violations);
  if (!violations.empty()) return violations.ToStatus();
  return Opening{*std::move(cursors), std::move(watched)};
}

v1::ServerEvent MakeOpened(const std::string& user_id,
                           const store::RoomStore::Memberships& memberships, const Cursors& cursors,
                           const ChatOptions& options) {
  v1::ServerEvent event;
  v1::Opened* opened = event.mutable_opened();
  opened->set_user_id(user_id);
  opened->set_epoch(memberships.epoch);
  opened->set_room_count(static_cast<int32_t>(memberships.total));
  wire::ToProto(options.heartbeat_interval, opened->mutable_heartbeat_interval());
  size_t known_cursors = 0;
  for (const auto& membership : memberships.rooms) {
    const RoomHead& head = membership.head;
    if (opened->rooms_size() < options.max_opened_rooms) {
      wire::ToProto(head, opened->add_rooms());
      v1::RoomHead& added = *opened->mutable_rooms()->rbegin();
      added.set_joined_seq(membership.joined_seq);
      added.set_read_seq(membership.read_seq);
      added.set_unread_count(membership.unread_count);
      added.set_unread_mention_count(membership.unread_mention_count);
    }
    known_cursors += cursors.after_seqs.contains(head.room_id) ? 1 : 0;
  }
  if (known_cursors < cursors.after_seqs.size()) {
    auto unknown = cursors.after_seqs;
    for (const auto& membership : memberships.rooms) unknown.erase(membership.head.room_id);
    for (const auto& [room, after_seq] : unknown) opened->add_unknown_room_ids(room.ToString());
  }
  return event;
}

absl::Status OpenRequiredError(std::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_OPEN_REQUIRED, message);
}

}  // namespace chatter::stream
