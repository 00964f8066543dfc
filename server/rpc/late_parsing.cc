#include "server/rpc/late_parsing.h"

#include <google/protobuf/descriptor.h>
#include <grpc/byte_buffer.h>
#include <grpc/grpc.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/server_context.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "server/interceptors/call_context.h"
#include "server/interceptors/malformed_request.h"

namespace chatter::rpc {
namespace {

using google::protobuf::MethodDescriptor;
using grpc::internal::MethodHandler;
using grpc::internal::RpcMethod;
using interceptors::CallContext;

// What the handler is to be given instead of a request.
grpc_byte_buffer* EmptyRequest() { return grpc_raw_byte_buffer_create(nullptr, 0); }

// Runs a handler that parses its request itself. `bytes` become the handler's.
void Run(MethodHandler& handler, const MethodHandler::HandlerParameter& call, CallContext* context,
         grpc_byte_buffer* bytes) {
  grpc_call* const raw = call.call->call();
  void* data = nullptr;
  grpc::Status parsed;
  void* request = handler.Deserialize(raw, bytes, &parsed, &data);
  if (!parsed.ok()) {
    if (context != nullptr) context->Deny(interceptors::MalformedRequestError());
    // A unary handler has what it got so far, and frees it in the end.
    if (data == nullptr) request = handler.Deserialize(raw, EmptyRequest(), &parsed, &data);
  }
  handler.RunHandler(MethodHandler::HandlerParameter(call.call, call.server_context, request,
                                                     grpc::Status::OK, data, call.call_requester));
}

// Reads the request of a call, and then runs its handler.
class RequestReader final : public grpc_completion_queue_functor {
 public:
  // `place`: the call's among `reads`.
  RequestReader(MethodHandler& handler, const MethodHandler::HandlerParameter& call,
                CallContext& context, PendingReads& reads, PendingReads::Place place)
      : grpc_completion_queue_functor{},
        handler_(handler),
        call_(call),
        context_(context),
        reads_(reads),
        place_(place) {
    functor_run = [](grpc_completion_queue_functor* tag, int /*ok*/) {
      static_cast<RequestReader*>(tag)->Finish();
    };
  }

  // It deletes itself when it has run the handler.
  void Start() {
    grpc_op read{};
    read.op = GRPC_OP_RECV_MESSAGE;
    read.data.recv_message.recv_message = &bytes_;
    grpc_completion_queue_functor* const tag = this;
    const grpc_call_error error = grpc_call_start_batch(call_.call->call(), &read, 1, tag, nullptr);
    if (error != GRPC_CALL_OK) Finish();
  }

 private:
  void Finish() {
    const std::unique_ptr<RequestReader> self(this);
    reads_.Remove(place_);
    if (bytes_ == nullptr) {  // none came to its end
      context_.Deny(interceptors::MalformedRequestError());
      bytes_ = EmptyRequest();
    }
    Run(handler_, call_, &context_, bytes_);
  }

  MethodHandler& handler_;
  const MethodHandler::HandlerParameter call_;
  CallContext& context_;
  PendingReads& reads_;
  const PendingReads::Place place_;
  grpc_byte_buffer* bytes_ = nullptr;
};

class LateHandler final : public MethodHandler {
 public:
  // `handler` parses, and handles. Both must outlive this one.
  LateHandler(MethodHandler& handler, PendingReads& reads) : handler_(handler), reads_(reads) {}

  void RunHandler(const HandlerParameter& call) override {
    auto* const context = dynamic_cast<CallContext*>(call.server_context);
    if (context == nullptr || !context->admitted()) {
      return Run(handler_, call, context, EmptyRequest());
    }
    PendingReads::Caller caller;
    if (context->policy()->callers != Callers::kAnybody) {
      caller = [context] { return context->caller(); };
    }
    const auto place = reads_.Add(call.call->call(), std::move(caller));
    (new RequestReader(handler_, call, *context, reads_, place))->Start();
  }

 private:
  MethodHandler& handler_;
  PendingReads& reads_;
};

// Passes on to a handler that belongs to another service.
class SameHandler final : public MethodHandler {
 public:
  explicit SameHandler(MethodHandler& handler) : handler_(handler) {}

  void* Deserialize(grpc_call* call, grpc_byte_buffer* bytes, grpc::Status* status,
                    void** handler_data) override {
    return handler_.Deserialize(call, bytes, status, handler_data);
  }
  void RunHandler(const HandlerParameter& call) override { handler_.RunHandler(call); }

 private:
  MethodHandler& handler_;
};

// gRPC shows the handlers of a service to those derived from it only.
class HandlersOf : public grpc::Service {
 public:
  static MethodHandler& Get(grpc::Service& service, int index) {
    return *(service.*(&HandlersOf::GetHandler))(index);
  }
};

}  // namespace

PendingReads::Place PendingReads::Add(grpc_call* call, Caller caller) {
  const SteadyTime now = SteadyTime::Now();
  const bool of_anybody = caller == nullptr;
  MutexLock lock(mu_);
  if (of_anybody && of_anybody_.size() >= kMaxOfAnybody) {
    const auto oldest = std::find_if(of_anybody_.begin(), of_anybody_.end(),
                                     [](const Read& read) { return !read.cancelled; });
    if (oldest != of_anybody_.end()) Cancel(*oldest);
  }
  Reads& reads = of_anybody ? of_anybody_ : of_callers_;
  return reads.insert(reads.end(), {call, now, std::move(caller)});
}

void PendingReads::Remove(Place place) {
  MutexLock lock(mu_);
  (place->caller == nullptr ? of_anybody_ : of_callers_).erase(place);
}

void PendingReads::CancelLate(SteadyTime now) {
  MutexLock lock(mu_);
  CancelLate(of_callers_, now);
  CancelLate(of_anybody_, now);
  CancelSlow(now);
}

void PendingReads::CancelLate(Reads& reads, SteadyTime now) {
  for (Read& read : reads) {
    if (read.began + kMaxTime > now) break;
    if (!read.cancelled) Cancel(read);
  }
}

void PendingReads::CancelSlow(SteadyTime now) {
  if (of_callers_.size() <= kMaxSlowOfCaller) return;
  absl::flat_hash_map<std::string, size_t> slow;
  for (auto read = of_callers_.rbegin(); read != of_callers_.rend(); ++read) {
    if (read->cancelled || read->began + kSlow > now) continue;
    if (++slow[read->caller()] > kMaxSlowOfCaller) Cancel(*read);
  }
}

// What reads it is told later, by another thread.
void PendingReads::Cancel(Read& read) {
  read.cancelled = true;
  ++cancelled_;
  if (read.call != nullptr) grpc_call_cancel(read.call, nullptr);
}

size_t PendingReads::count() const {
  MutexLock lock(mu_);
  return of_callers_.size() + of_anybody_.size();
}

uint64_t PendingReads::cancelled() const {
  MutexLock lock(mu_);
  return cancelled_;
}

LateParsingService::LateParsingService(grpc::Service& service, std::string_view full_name,
                                       PendingReads& reads) {
  const auto* const descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(std::string(full_name));
  for (int i = 0; i < descriptor->method_count(); ++i) {
    const MethodDescriptor& method = *descriptor->method(i);
    MethodHandler& handler = HandlersOf::Get(service, i);
    method_names_.push_back(absl::StrCat("/", descriptor->full_name(), "/", method.name()));
    // As such a stream gRPC runs a handler without having read anything.
    AddMethod(new grpc::internal::RpcServiceMethod(method_names_.back().c_str(),
                                                   RpcMethod::BIDI_STREAMING, nullptr));
    MarkMethodCallback(i, method.client_streaming()
                              ? static_cast<MethodHandler*>(new SameHandler(handler))
                              : new LateHandler(handler, reads));
  }
}

}  // namespace chatter::rpc
