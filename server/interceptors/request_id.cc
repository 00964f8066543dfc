#include "server/interceptors/request_id.h"

#include <array>
#include <cstdint>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/base/crypto.h"
#include "server/interceptors/call_context.h"
#include "server/interceptors/metadata.h"

namespace chatter::interceptors {
namespace {

using grpc::experimental::InterceptionHookPoints;

constexpr char kKey[] = "x-request-id";
constexpr size_t kMaxBytes = 128;

// A random UUID (version 4).
std::string GenerateRequestId() {
  std::array<uint8_t, 16> bytes;
  RandomBytes(bytes.data(), bytes.size());
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3f) | 0x80);
  const std::string hex = absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20));
}

class RequestId final : public grpc::experimental::Interceptor {
 public:
  explicit RequestId(CallContext& context) : context_(context) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      const auto given = SingleValue(context_.client_metadata(), kKey, kMaxBytes);
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
