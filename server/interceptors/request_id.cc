#include "server/interceptors/request_id.h"

#include <cstdint>
#include <string>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "server/interceptors/call_context.h"
#include "server/interceptors/metadata.h"

namespace chatter::interceptors {
namespace {

using grpc::experimental::InterceptionHookPoints;

constexpr char kKey[] = "x-request-id";
constexpr size_t kMaxBytes = 128;

// A random UUID (version 4). Nothing depends on its being hard to guess, so it isn't taken from the
// generator of secrets, which costs several microseconds.
std::string GenerateRequestId() {
  thread_local absl::BitGen random;
  const auto high = absl::Uniform<uint64_t>(random);
  const auto low = absl::Uniform<uint64_t>(random);
  return absl::StrCat(absl::Hex(high >> 32, absl::kZeroPad8), "-",
                      absl::Hex(high >> 16 & 0xffff, absl::kZeroPad4), "-",
                      absl::Hex(0x4000 | (high & 0x0fff), absl::kZeroPad4), "-",
                      absl::Hex(0x8000 | (low >> 48 & 0x3fff), absl::kZeroPad4), "-",
                      absl::Hex(low & 0xffff'ffff'ffff, absl::kZeroPad12));
}

class RequestId final : public grpc::experimental::Interceptor {
 public:
  explicit RequestId(CallContext& context) : context_(context) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      const auto given = identity::SingleValue(MetadataOf(context_), kKey, kMaxBytes);
      const bool usable = given.ok() && given->has_value() && !(*given)->empty();
      context_.set_request_id(usable ? std::string(**given) : GenerateRequestId());
      context_.AddInitialMetadata(kKey, context_.request_id());
    }
    methods->Proceed();
  }

 private:
  CallContext& context_;
};

}  // namespace

grpc::experimental::Interceptor* RequestIdFactory::CreateServerInterceptor(
    grpc::experimental::ServerRpcInfo* call) {
  CallContext* const context = CallContext::Of(call);
  return context == nullptr ? nullptr : new RequestId(*context);
}

}  // namespace chatter::interceptors
