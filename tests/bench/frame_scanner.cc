#include "tests/bench/frame_scanner.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include "chatter/v1/chat.pb.h"

namespace chatter::bench {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

struct Field {
  int number = 0;
  uint64_t number_value = 0;  // of a varint
  std::string_view bytes;     // of what is length-delimited
};

// The fields of one message, in order.
class Fields {
 public:
  explicit Fields(std::string_view message)
      : message_(message),
        in_(reinterpret_cast<const uint8_t*>(message.data()), static_cast<int>(message.size())) {}

  // False at the end, and when the bytes are no message: see ok().
  bool Next(Field& field) {
    const uint32_t tag = in_.ReadTagNoLastTag();
    if (tag == 0) {
      ok_ = in_.CurrentPosition() == static_cast<int>(message_.size());
      return false;
    }
    field.number = WireFormatLite::GetTagFieldNumber(tag);
    switch (WireFormatLite::GetTagWireType(tag)) {
      case WireFormatLite::WIRETYPE_VARINT:
        return Took(in_.ReadVarint64(&field.number_value));
      case WireFormatLite::WIRETYPE_LENGTH_DELIMITED:
        return TakeBytes(field);
      default:
        return Took(WireFormatLite::SkipField(&in_, tag));
    }
  }

  bool ok() const { return ok_; }

 private:
  bool TakeBytes(Field& field) {
    uint32_t size;
    if (!in_.ReadVarint32(&size)) return Took(false);
    const auto begin = static_cast<size_t>(in_.CurrentPosition());
    if (size > message_.size() - begin) return Took(false);
    field.bytes = message_.substr(begin, size);
    return Took(in_.Skip(static_cast<int>(size)));
  }

  bool Took(bool ok) {
    ok_ = ok;
    return ok;
  }

  const std::string_view message_;
  CodedInputStream in_;
  bool ok_ = true;
};

bool ScanMessageSent(std::string_view bytes, ScannedEvent& event) {
  Fields fields(bytes);
  for (Field field; fields.Next(field);) {
    if (field.number == v1::MessageSent::kTextFieldNumber) event.text = field.bytes;
  }
  return fields.ok();
}

bool ScanRoomEvent(std::string_view bytes, ScannedEvent& event) {
  Fields fields(bytes);
  for (Field field; fields.Next(field);) {
    if (field.number == v1::RoomEvent::kSeqFieldNumber) {
      event.seq = field.number_value;
    } else if (field.number == v1::RoomEvent::kMessageSentFieldNumber) {
      if (!ScanMessageSent(field.bytes, event)) return false;
    }
  }
  return fields.ok();
}

bool ScanReply(std::string_view bytes, ScannedEvent& event) {
  Fields fields(bytes);
  for (Field field; fields.Next(field);) {
    if (field.number == v1::Reply::kRequestIdFieldNumber) event.request_id = field.bytes;
    if (field.number == v1::Reply::kErrorFieldNumber) event.error = field.bytes;
  }
  return fields.ok();
}

bool ScanEvent(std::string_view bytes, ScannedEvent& event) {
  using Kind = ScannedEvent::Kind;
  Fields fields(bytes);
  for (Field field; fields.Next(field);) {
    switch (field.number) {
      case v1::ServerEvent::kOpenedFieldNumber:
        event.kind = Kind::kOpened;
        break;
      case v1::ServerEvent::kRoomEventFieldNumber:
        event.kind = Kind::kRoomEvent;
        if (!ScanRoomEvent(field.bytes, event)) return false;
        break;
      case v1::ServerEvent::kReplyFieldNumber:
        event.kind = Kind::kReply;
        if (!ScanReply(field.bytes, event)) return false;
        break;
      case v1::ServerEvent::kCaughtUpFieldNumber:
        event.kind = Kind::kCaughtUp;
        break;
      case v1::ServerEvent::kLaggedFieldNumber:
        event.kind = Kind::kLagged;
        break;
      default:
        break;
    }
  }
  return fields.ok();
}

}  // namespace

bool ScanFrame(std::string_view frame, absl::FunctionRef<void(const ScannedEvent&)> visit) {
  Fields fields(frame);
  for (Field field; fields.Next(field);) {
    if (field.number != v1::ChatResponse::kEventsFieldNumber) continue;
    ScannedEvent event;
    if (!ScanEvent(field.bytes, event)) return false;
    visit(event);
  }
  return fields.ok();
}

}  // namespace chatter::bench
