#include "server/wire/encode.h"

#include <string>
#include <utility>
#include <variant>

#include "google/protobuf/io/coded_stream.h"
#include "server/wire/convert.h"

namespace chatter::wire {
namespace {

using google::protobuf::io::CodedOutputStream;

constexpr uint8_t kTag = v1::ChatResponse::kEventsFieldNumber << 3 | 2;  // length-delimited
static_assert(int{v1::SubscribeResponse::kEventsFieldNumber} ==
              int{v1::ChatResponse::kEventsFieldNumber});

void AppendEntry(const v1::ServerEvent& event, std::string& out) {
  const size_t size = event.ByteSizeLong();
  const auto length = static_cast<uint32_t>(size);
  const size_t begin = out.size();
  out.resize(begin + 1 + CodedOutputStream::VarintSize32(length) + size);
  auto* to = reinterpret_cast<uint8_t*>(out.data() + begin);
  *to++ = kTag;
  to = CodedOutputStream::WriteVarint32ToArray(length, to);
  event.SerializeWithCachedSizesToArray(to);
}

}  // namespace

EncodedEvent Encode(const v1::ServerEvent& event) {
  std::string bytes;
  AppendEntry(event, bytes);
  return std::make_shared<const std::string>(std::move(bytes));
}

EncodedEvent EncodePresence(const UserPresence& presence) {
  v1::ServerEvent event;
  ToProto(presence, event.mutable_presence());
  return Encode(event);
}

namespace {

// Whom the event removes from its room.
std::vector<std::string> RemovedBy(const RoomEvent& event) {
  const auto* removed = std::get_if<v1::MembersRemoved>(&event.what);
  if (removed == nullptr) return {};
  return {removed->user_ids().begin(), removed->user_ids().end()};
}

}  // namespace

std::vector<EncodedRun> EncodeRoomEvents(std::span<const RoomEvent> events) {
  std::vector<EncodedRun> runs;
  v1::ServerEvent entry;  // one for all, so that its strings keep their memory
  std::string bytes;
  size_t first = 0;
  const auto end_run = [&](size_t next) {
    runs.push_back({events[first].seq, next - first,
                    std::make_shared<const std::string>(std::exchange(bytes, {})),
                    RemovedBy(events[next - 1]),
                    std::holds_alternative<v1::RoomDeleted>(events[next - 1].what)});
    first = next;
  };
  for (size_t i = 0; i < events.size(); ++i) {
    const bool removes = i > 0 && std::holds_alternative<v1::MembersRemoved>(events[i - 1].what);
    if (bytes.size() >= kRunBytes || removes) end_run(i);
    entry.mutable_room_event()->Clear();
    ToProto(events[i], entry.mutable_room_event());
    AppendEntry(entry, bytes);
  }
  if (!events.empty()) end_run(events.size());
  return runs;
}

}  // namespace chatter::wire
