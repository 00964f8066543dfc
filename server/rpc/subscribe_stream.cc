#include "server/rpc/subscribe_stream.h"

#include <utility>

#include "server/rpc/event_stream.h"

namespace chatter::rpc {
namespace {

using Reactor = grpc::ServerWriteReactor<grpc::ByteBuffer>;

// To its session, a client that sends `open` and then nothing more.
class SubscribeStream final : public EventStream<Reactor> {
 public:
  explicit SubscribeStream(stream::ChatSessions& sessions) : EventStream(sessions) {}

  void Start(const UserCaller& caller, const grpc::ByteBuffer& request_bytes) {
    Begin(caller);
    grpc::ByteBuffer bytes = request_bytes;
    v1::SubscribeRequest request;
    const absl::Status parsed = ParseRequest(bytes, request);
    if (parsed.ok()) {
      v1::ChatRequest command;
      *command.mutable_open() = std::move(*request.mutable_open());
      session().OnRequest(std::move(command));
    } else {
      session().Fail(parsed);
    }
    OnOutput();
  }

  void OnRoom() override {}
};

}  // namespace

Reactor* NewSubscribeStream(stream::ChatSessions& sessions,
                            const absl::StatusOr<UserCaller>& caller,
                            const grpc::ByteBuffer& request) {
  if (!caller.ok()) return new DeniedStream<Reactor>(caller.status());
  auto stream = std::make_shared<SubscribeStream>(sessions);
  stream->Start(*caller, request);
  return stream.get();
}

}  // namespace chatter::rpc
