#include "server/rpc/chat_stream.h"

#include <utility>

#include "server/model/errors.h"
#include "server/rpc/event_stream.h"

namespace chatter::rpc {
namespace {

using Reactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

// An EventStream that reads commands, too: one read is outstanding at the most, and none while the
// session has no room for a command.
class ChatStream final : public EventStream<Reactor> {
 public:
  explicit ChatStream(stream::ChatSessions& sessions) : EventStream(sessions) {}

  void Start(const UserCaller& caller) {
    Begin(caller);
    OnRoom();
    OnOutput();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return session().OnClientDone();
    HandleRequest();
    {
      MutexLock lock(mu_);
      reading_ = false;
    }
    OnRoom();
  }

  void OnRoom() override {
    if (!session().CanRead() || !Claim(&ChatStream::reading_)) return;
    StartRead(&request_bytes_);
    Started();
  }

 private:
  void HandleRequest() {
    v1::ChatRequest request;
    if (request_bytes_.Length() > session().max_request_bytes()) {
      session().Fail(MakeError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_INVALID_FIELD,
                               "A request may have up to 512 KiB."));
    } else {
      const absl::Status parsed = ParseRequest(request_bytes_, request, "request_id");
      if (ReasonOf(parsed) == v1::ERROR_REASON_MALFORMED_REQUEST) {
        session().Fail(parsed);
      } else {
        session().OnRequest(std::move(request), parsed);
      }
    }
    request_bytes_.Clear();
  }

  grpc::ByteBuffer request_bytes_;  // touched by the read alone
};

}  // namespace

Reactor* NewChatStream(stream::ChatSessions& sessions, const absl::StatusOr<UserCaller>& caller) {
  if (!caller.ok()) return new DeniedStream<Reactor>(caller.status());
  auto stream = std::make_shared<ChatStream>(sessions);
  stream->Start(*caller);
  return stream.get();
}

}  // namespace chatter::rpc
