#include "server/rpc/encode.h"

#include <string>

#include "google/protobuf/io/coded_stream.h"
#include "server/rpc/convert.h"

namespace chatter::rpc {
namespace {

using google::protobuf::io::CodedOutputStream;

constexpr uint8_t kTag = v1::ChatResponse::kEventsFieldNumber << 3 | 2;  // length-delimited

}  // namespace

EncodedEvent Encode(const v1::ServerEvent& event) {
  const size_t size = event.ByteSizeLong();
  const auto length = static_cast<uint32_t>(size);
  std::string bytes(1 + CodedOutputStream::VarintSize32(length) + size, '\0');
  auto* out = reinterpret_cast<uint8_t*>(bytes.data());
  *out++ = kTag;
  out = CodedOutputStream::WriteVarint32ToArray(length, out);
  event.SerializeWithCachedSizesToArray(out);
  return std::make_shared<const std::string>(std::move(bytes));
}

EncodedEvent EncodeRoomEvent(const RoomEvent& event) {
  v1::ServerEvent out;
  ToProto(event, out.mutable_room_event());
  return Encode(out);
}

}  // namespace chatter::rpc
