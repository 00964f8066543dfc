#include "server/rpc/chat_stream.h"

#include <grpcpp/support/proto_buffer_reader.h>

#include <string>
#include <utility>
#include <vector>

#include "server/model/errors.h"
#include "server/rpc/chat_session.h"
#include "server/rpc/status.h"

namespace chatter::rpc {
namespace {

using Reactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

// Ends at once.
class DeniedStream final : public Reactor {
 public:
  explicit DeniedStream(const absl::Status& status) { Finish(ToGrpcStatus(status)); }
  void OnDone() override { delete this; }
};

// Below this, bytes are copied into one slice with their neighbours; from here on, they are shared
// with the other streams that send them (decision 4).
constexpr size_t kMinSharedBytes = 1 << 10;

grpc::Slice Shared(const EncodedEvent& bytes) {
  return {const_cast<char*>(bytes->data()), bytes->size(),
          [](void* owner) { delete static_cast<EncodedEvent*>(owner); }, new EncodedEvent(bytes)};
}

// The entries of a frame put one behind another: a ChatResponse.
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

bool ParseRequest(grpc::ByteBuffer& bytes, v1::ChatRequest& request) {
  grpc::ProtoBufferReader reader(&bytes);
  return reader.status().ok() && request.ParseFromZeroCopyStream(&reader);
}

// One read and one write are outstanding at the most. The stream finishes once, in MaybeFinish:
// when the session says so, no write is outstanding and nobody is about to start an operation. It
// lives until OnDone, and as long as somebody is in OnOutput or OnRoom.
class ChatStream final : public Reactor,
                         public ChatSession::Transport,
                         public std::enable_shared_from_this<ChatStream> {
 public:
  explicit ChatStream(ChatSessions& sessions) : sessions_(sessions) {}

  void Start(Caller caller) {
    self_ = shared_from_this();
    session_ = sessions_.New(std::move(caller), weak_from_this());
    sessions_.Begin(session_);
    OnRoom();
    OnOutput();
  }

  // From gRPC.
  void OnReadDone(bool ok) override {
    if (!ok) {
      session_->OnClientDone();
      return;
    }
    HandleRequest();
    {
      MutexLock lock(mu_);
      reading_ = false;
    }
    OnRoom();
  }

  void OnWriteDone(bool ok) override {
    {
      MutexLock lock(mu_);
      writing_ = false;
    }
    if (!ok) session_->Fail(absl::CancelledError("The client is gone."));
    OnOutput();
  }

  void OnCancel() override { session_->Fail(absl::CancelledError("The client is gone.")); }

  void OnDone() override {
    sessions_.End(session_);
    self_.reset();
  }

  // From the session.
  void OnRoom() override {
    if (!session_->CanRead() || !Begin(&ChatStream::reading_)) return;
    StartRead(&request_bytes_);
    End();
  }

  void OnOutput() override {
    while (Begin(&ChatStream::writing_)) {
      const std::vector<EncodedEvent> frame = session_->TakeFrame();
      bool again = false;
      if (frame.empty()) {
        MutexLock lock(mu_);
        writing_ = false;
        again = std::exchange(output_again_, false);
      } else {
        response_bytes_ = ToByteBuffer(frame);
        StartWrite(&response_bytes_);
      }
      End();
      if (!again) return;
    }
  }

 private:
  void HandleRequest() {
    v1::ChatRequest request;
    if (request_bytes_.Length() > session_->max_request_bytes()) {
      session_->Fail(MakeError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_INVALID_FIELD,
                               "A request may have up to 512 KiB."));
    } else if (!ParseRequest(request_bytes_, request)) {
      session_->Fail(MakeError(absl::StatusCode::kInvalidArgument,
                               v1::ERROR_REASON_MALFORMED_REQUEST,
                               "The bytes aren't a chatter.v1.ChatRequest."));
    } else {
      session_->OnRequest(request);
    }
    request_bytes_.Clear();
  }

  // Claims the operation that `busy` stands for. False: it is under way already, or the stream is
  // finished. After true, End() must follow.
  bool Begin(bool ChatStream::*busy) {
    MutexLock lock(mu_);
    if (this->*busy) output_again_ = true;  // whoever is busy may have looked for output too early
    if (this->*busy || finished_) return false;
    this->*busy = true;
    ++starting_;
    return true;
  }

  void End() {
    {
      MutexLock lock(mu_);
      --starting_;
    }
    MaybeFinish();
  }

  // The one place that finishes.
  void MaybeFinish() {
    const std::optional<absl::Status> end = session_->TakeEnd();
    if (!end.has_value()) return;
    {
      MutexLock lock(mu_);
      if (finished_ || writing_ || starting_ > 0) return;
      finished_ = true;
    }
    Finish(ToGrpcStatus(*end));
  }

  ChatSessions& sessions_;
  std::shared_ptr<ChatSession> session_;  // constant after Start
  std::shared_ptr<ChatStream> self_;      // until OnDone
  grpc::ByteBuffer request_bytes_;        // touched by the read alone
  grpc::ByteBuffer response_bytes_;       // touched by the write alone

  Mutex mu_;
  bool reading_ ABSL_GUARDED_BY(mu_) = false;
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool output_again_ ABSL_GUARDED_BY(mu_) = false;
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
  int starting_ ABSL_GUARDED_BY(mu_) = 0;  // calls into gRPC that are about to be made
};

}  // namespace

Reactor* NewChatStream(ChatSessions& sessions, absl::StatusOr<Caller> caller) {
  if (!caller.ok()) return new DeniedStream(caller.status());
  auto stream = std::make_shared<ChatStream>(sessions);
  stream->Start(*std::move(caller));
  return stream.get();
}

}  // namespace chatter::rpc
