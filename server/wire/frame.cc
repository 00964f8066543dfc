#include "server/wire/frame.h"

#include <grpcpp/support/proto_buffer_reader.h>

#include <string>
#include <utility>

namespace chatter::wire {
namespace {

// Below this, bytes are copied into one slice with their neighbours; from here on, they are shared
// with the other streams that send them (decision 4).
constexpr size_t kMinSharedBytes = 1 << 10;

grpc::Slice Shared(const EncodedEvent& bytes) {
  return {const_cast<char*>(bytes->data()), bytes->size(),
          [](void* owner) { delete static_cast<EncodedEvent*>(owner); }, new EncodedEvent(bytes)};
}

}  // namespace

grpc::ByteBuffer ToByteBuffer(const std::vector<EncodedEvent>& frame) {
  std::vector<grpc::Slice> slices;
  std::string small;
  const auto end_slice = [&] {
    if (!small.empty()) slices.emplace_back(std::exchange(small, {}));
  };
  for (const EncodedEvent& bytes : frame) {
    if (bytes->size() < kMinSharedBytes) {
      small += *bytes;
    } else {
      end_slice();
      slices.push_back(Shared(bytes));
    }
  }
  end_slice();
  return {slices.data(), slices.size()};
}

bool ParseRequest(grpc::ByteBuffer& bytes, google::protobuf::MessageLite& request) {
  grpc::ProtoBufferReader reader(&bytes);
  return reader.status().ok() && request.ParseFromZeroCopyStream(&reader);
}

}  // namespace chatter::wire
