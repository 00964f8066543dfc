#include "client/cli/output.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "client/cli/terminal_text.h"
#include "client/proto_time.h"

namespace chatter::client::cli {
namespace {

std::string Line(uint64_t seq, const google::protobuf::Timestamp& time, const std::string& rest) {
  return absl::StrCat(seq, "  ", FormatTime(time), "  ", Sanitize(rest));
}

}  // namespace

absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) return absl::InternalError("the result can't be shown as JSON");
  return json;
}

absl::Status PrintJson(const google::protobuf::Message& message, std::ostream& out) {
  const auto json = ToJson(message);
  if (!json.ok()) return json.status();
  out << *json << std::endl;
  return absl::OkStatus();
}

std::string FormatTime(const google::protobuf::Timestamp& timestamp) {
  if (timestamp.seconds() == 0) return "";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", ToAbslTime(timestamp), absl::LocalTimeZone());
}

std::string FormatEvent(const v1::RoomEvent& event) {
  const std::string actor = event.actor_id().empty() ? "a service" : event.actor_id();
  std::string what;
  switch (event.what_case()) {
    case v1::RoomEvent::kMessageSent:
      what = absl::StrCat(actor, ": ", event.message_sent().text());
      break;
    case v1::RoomEvent::kRoomCreated:
      what = absl::StrCat("* ", actor, " made the room with ",
                          absl::StrJoin(event.room_created().user_ids(), ", "));
      break;
    case v1::RoomEvent::WHAT_NOT_SET:
      what = absl::StrCat("* ", actor, " did something that this version doesn't know");
      break;
  }
  return Line(event.seq(), event.created_at(), what);
}

std::string FormatMessage(const v1::Message& message) {
  return Line(message.seq(), message.created_at(),
              absl::StrCat(message.sender_id(), ": ", message.text()));
}

void Table::AddRow(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = Sanitize(cell);
  rows_.push_back(std::move(cells));
}

void Table::Print(std::ostream& out) const {
  std::vector<size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - DisplayWidth(row[i]) + 2, ' ');
    }
    out << line << "\n";
  }
  out.flush();
}

}  // namespace chatter::client::cli
