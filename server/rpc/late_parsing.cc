#include "server/rpc/late_parsing.h"

#include <google/protobuf/descriptor.h>
#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/slice.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "server/interceptors/call_context.h"
#include "server/interceptors/malformed_request.h"
#include "server/model/errors.h"
#include "server/wire/bad_text.h"

namespace chatter::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::MethodDescriptor;
using grpc::internal::MethodHandler;
using grpc::internal::RpcMethod;
using interceptors::CallContext;

// What the handler is to be given instead of a request.
grpc_byte_buffer* EmptyRequest() { return grpc_raw_byte_buffer_create(nullptr, 0); }

absl::Status TooLateError() {
  return MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_MALFORMED_REQUEST,
                   absl::StrCat("The request didn't come to its end within ",
                                absl::FormatDuration(PendingReads::kMaxTime), "."));
}

absl::Status TooManyError() {
  return MakeError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_OVERLOADED,
                   "Too many requests of this caller have begun to come, and have not ended.");
}

// Bytes that are another buffer's, too: a handler throws its own away as it parses them.
struct DestroyBuffer {
  void operator()(grpc_byte_buffer* bytes) const { grpc_byte_buffer_destroy(bytes); }
};
using SharedBytes = std::unique_ptr<grpc_byte_buffer, DestroyBuffer>;

std::string ToString(grpc_byte_buffer& bytes) {
  grpc_byte_buffer_reader reader;
  if (grpc_byte_buffer_reader_init(&reader, &bytes) == 0) return {};
  const grpc::Slice all(grpc_byte_buffer_reader_readall(&reader), grpc::Slice::STEAL_REF);
  grpc_byte_buffer_reader_destroy(&reader);
  return {reinterpret_cast<const char*>(all.begin()), all.size()};
}

// Runs a handler that parses its request, of that type, itself. `bytes` become the handler's.
void Run(MethodHandler& handler, const Descriptor& type,
         const MethodHandler::HandlerParameter& call, CallContext* context,
         grpc_byte_buffer* bytes) {
  grpc_call* const raw = call.call->call();
  void* data = nullptr;
  grpc::Status parsed;
  SharedBytes shared(grpc_byte_buffer_copy(bytes));
  void* request = handler.Deserialize(raw, bytes, &parsed, &data);
  if (!parsed.ok()) {
    if (context != nullptr) context->Deny(wire::UnreadableError(ToString(*shared), type));
    // A unary handler has what it got so far, and frees it in the end.
    if (data == nullptr) request = handler.Deserialize(raw, EmptyRequest(), &parsed, &data);
  }
  shared.reset();
  handler.RunHandler(MethodHandler::HandlerParameter(call.call, call.server_context, request,
                                                     grpc::Status::OK, data, call.call_requester));
}

// Reads the request of a call, and then runs its handler.
class RequestReader final : public grpc_completion_queue_functor {
 public:
  // `place`: the call's among `reads`.
  RequestReader(MethodHandler& handler, const Descriptor& type,
                const MethodHandler::HandlerParameter& call, CallContext& context,
                PendingReads& reads, PendingReads::Place place)
      : grpc_completion_queue_functor{},
        handler_(handler),
        type_(type),
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
  absl::Status WhyNoneCame(const absl::Status& cut_off) const {
    if (!cut_off.ok()) return cut_off;
    if (call_.server_context->IsCancelled()) return absl::CancelledError("The client is gone.");
    return interceptors::MalformedRequestError();
  }

  void Finish() {
    const std::unique_ptr<RequestReader> self(this);
    const absl::Status cut_off = reads_.Remove(place_);
    if (bytes_ == nullptr) {  // none came to its end
      context_.Deny(WhyNoneCame(cut_off));
      bytes_ = EmptyRequest();
    }
    Run(handler_, type_, call_, &context_, bytes_);
  }

  MethodHandler& handler_;
  const Descriptor& type_;
  const MethodHandler::HandlerParameter call_;
  CallContext& context_;
  PendingReads& reads_;
  const PendingReads::Place place_;
  grpc_byte_buffer* bytes_ = nullptr;
};

class LateHandler final : public MethodHandler {
 public:
  // `handler` parses requests of `type`, and handles them. All must outlive this one.
  LateHandler(MethodHandler& handler, const Descriptor& type, PendingReads& reads)
      : handler_(handler), type_(type), reads_(reads) {}

  void RunHandler(const HandlerParameter& call) override {
    auto* const context = dynamic_cast<CallContext*>(call.server_context);
    if (context == nullptr || !context->admitted()) {
      return Run(handler_, type_, call, context, EmptyRequest());
    }
    PendingReads::Caller caller;
    if (context->policy()->callers != Callers::kAnybody) {
      caller = [context] { return context->caller(); };
    }
    const auto place = reads_.Add(call.call->call(), std::move(caller));
    (new RequestReader(handler_, type_, call, *context, reads_, place))->Start();
  }

 private:
  MethodHandler& handler_;
  const Descriptor& type_;
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
                                     [](const Read& read) { return read.cut_off.ok(); });
    if (oldest != of_anybody_.end()) CutOff(*oldest, TooManyError());
  }
  Reads& reads = of_anybody ? of_anybody_ : of_callers_;
  return reads.insert(reads.end(), {call, now, std::move(caller), absl::OkStatus()});
}

absl::Status PendingReads::Remove(Place place) {
  MutexLock lock(mu_);
  absl::Status cut_off = std::move(place->cut_off);
  (place->caller == nullptr ? of_anybody_ : of_callers_).erase(place);
  return cut_off;
}

void PendingReads::CutOffLate(SteadyTime now) {
  MutexLock lock(mu_);
  CutOffLate(of_callers_, now);
  CutOffLate(of_anybody_, now);
  CutOffSlow(now);
}

void PendingReads::CutOffLate(Reads& reads, SteadyTime now) {
  for (Read& read : reads) {
    if (read.began + kMaxTime > now) break;
    if (read.cut_off.ok()) CutOff(read, TooLateError());
  }
}

void PendingReads::CutOffSlow(SteadyTime now) {
  if (of_callers_.size() <= kMaxSlowOfCaller) return;
  absl::flat_hash_map<std::string, size_t> slow;
  for (auto read = of_callers_.rbegin(); read != of_callers_.rend(); ++read) {
    if (!read->cut_off.ok() || read->began + kSlow > now) continue;
    if (++slow[read->caller()] > kMaxSlowOfCaller) CutOff(*read, TooManyError());
  }
}

// What reads it is told later, by another thread.
void PendingReads::CutOff(Read& read, absl::Status why) {
  ++cut_off_;
  if (read.call != nullptr) {
    grpc_call_cancel_with_status(read.call, static_cast<grpc_status_code>(why.code()),
                                 std::string(why.message()).c_str(), nullptr);
  }
  read.cut_off = std::move(why);
}

size_t PendingReads::count() const {
  MutexLock lock(mu_);
  return of_callers_.size() + of_anybody_.size();
}

uint64_t PendingReads::cut_off() const {
  MutexLock lock(mu_);
  return cut_off_;
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
                              : new LateHandler(handler, *method.input_type(), reads));
  }
}

}  // namespace chatter::rpc
