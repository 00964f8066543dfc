#include "server/rpc/frame.h"

#include <grpcpp/support/proto_buffer_reader.h>

#include <string>
#include <utility>

#include "server/wire/bad_text.h"

namespace chatter::rpc {
namespace {

// Below this, bytes are copied into one slice with their neighbours; from here on, they are shared
// with the other streams that send them (decision 4).
constexpr size_t kMinSharedBytes = 1 << 10;

grpc::Slice Shared(const EncodedEvent& bytes) {
  return {const_cast<char*>(bytes->data()), bytes->size(),
          [](void* owner) { delete static_cast<EncodedEvent*>(owner); }, new EncodedEvent(bytes)};
}

std::string ToString(const grpc::ByteBuffer& bytes) {
  grpc::Slice slice;
  if (!bytes.DumpToSingleSlice(&slice).ok()) return {};
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
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

absl::Status ParseRequest(grpc::ByteBuffer& bytes, google::protobuf::Message& request,
                          std::string_view needed) {
  {
    grpc::ProtoBufferReader reader(&bytes);
    if (reader.status().ok() && request.ParseFromZeroCopyStream(&reader)) return absl::OkStatus();
  }
  return wire::UnreadableError(ToString(bytes), request, needed);
}

}  // namespace chatter::rpc
