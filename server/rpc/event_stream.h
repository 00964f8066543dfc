// What Chat and Subscribe have in common: a call that writes what its session has, until that ends.
//
// `Reactor` is gRPC's. One write is outstanding at the most. The stream finishes once, in
// MaybeFinish: when the session says so, no write is outstanding and nobody is about to start an
// operation. It lives until OnDone, and as long as somebody is in OnOutput.
#ifndef CHATTER_SERVER_RPC_EVENT_STREAM_H_
#define CHATTER_SERVER_RPC_EVENT_STREAM_H_

#include <grpcpp/support/byte_buffer.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "common/mutex.h"
#include "server/interceptors/status.h"
#include "server/rpc/frame.h"
#include "server/stream/chat_session.h"
#include "server/stream/chat_sessions.h"

namespace chatter::rpc {

template <typename Reactor>
class EventStream : public Reactor,
                    public stream::ChatSession::Transport,
                    public std::enable_shared_from_this<EventStream<Reactor>> {
 public:
  // From gRPC.
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
  void OnOutput() override {
    while (Claim(&EventStream::writing_)) {
      const std::vector<EncodedEvent> frame = session_->TakeFrame();
      bool again = false;
      if (frame.empty()) {
        MutexLock lock(mu_);
        writing_ = false;
        again = std::exchange(output_again_, false);
      } else {
        response_bytes_ = ToByteBuffer(frame);
        this->StartWrite(&response_bytes_);
      }
      Started();
      if (!again) return;
    }
  }

 protected:
  explicit EventStream(stream::ChatSessions& sessions) : sessions_(sessions) {}

  stream::ChatSession& session() { return *session_; }

  void Begin(const UserCaller& caller) {
    self_ = this->shared_from_this();
    session_ = sessions_.New(caller, this->weak_from_this());
    sessions_.Begin(session_);
  }

  // Claims an operation by its flag. False: it is under way already, or the stream is finished.
  // After true, Started() must follow.
  bool Claim(bool EventStream::*busy) {
    MutexLock lock(mu_);
    if (this->*busy) output_again_ = true;  // whoever is busy may have looked for output too early
    if (this->*busy || finished_) return false;
    this->*busy = true;
    ++starting_;
    return true;
  }

  void Started() {
    {
      MutexLock lock(mu_);
      --starting_;
    }
    MaybeFinish();
  }

  Mutex mu_;
  bool reading_ ABSL_GUARDED_BY(mu_) = false;  // of those who read

 private:
  // The one place that finishes.
  void MaybeFinish() {
    const std::optional<absl::Status> end = session_->TakeEnd();
    if (!end.has_value()) return;
    {
      MutexLock lock(mu_);
      if (finished_ || writing_ || starting_ > 0) return;
      finished_ = true;
    }
    this->Finish(interceptors::ToGrpcStatus(*end));
  }

  stream::ChatSessions& sessions_;
  std::shared_ptr<stream::ChatSession> session_;  // constant after Begin
  std::shared_ptr<EventStream> self_;             // until OnDone
  grpc::ByteBuffer response_bytes_;               // touched by the write alone

  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool output_again_ ABSL_GUARDED_BY(mu_) = false;
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
  int starting_ ABSL_GUARDED_BY(mu_) = 0;  // calls into gRPC that are about to be made
};

// A stream that ends at once.
template <typename Reactor>
class DeniedStream final : public Reactor {
 public:
  explicit DeniedStream(const absl::Status& status) {
    this->Finish(interceptors::ToGrpcStatus(status));
  }
  void OnDone() override { delete this; }
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_EVENT_STREAM_H_
