#include "client/calls/channel.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/base/utf8.h"
#include "client/calls/tls.h"

namespace chatter::client {
namespace {

// A response may hold a long stretch of a log: more than gRPC's 4 MiB.
constexpr int kMaxResponseBytes = 64 << 20;

bool IsPrintableAscii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

// Whether it comes as it is where it is sent as text: blanks at its ends don't.
bool IsPlain(const std::string& text) {
  return !text.empty() && text.front() != ' ' && text.back() != ' ' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
}

// gRPC aborts on metadata that HTTP/2 doesn't allow, so it is checked here.
absl::Status CheckOptions(const ClientOptions& options) {
  if (options.address.empty()) return absl::InvalidArgumentError("the server's address is empty");
  if (!IsValidUtf8(options.tenant) || HasControlCharacters(options.tenant)) {
    return absl::InvalidArgumentError("the tenant's name has characters that no name has");
  }
  if (!IsPrintableAscii(options.token)) {
    return absl::InvalidArgumentError("the token has characters that no token has");
  }
  if (options.timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("the timeout must be more than nothing");
  }
  return absl::OkStatus();
}

// Any text can be sent as bytes, but people read the other in a log of metadata.
void AddText(const std::string& key, const std::string& text, grpc::ClientContext& context) {
  if (text.empty()) return;
  context.AddMetadata(IsPlain(text) ? key : key + "-bin", text);
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const ClientOptions& options) {
  if (absl::Status status = CheckOptions(options); !status.ok()) return status;
  auto credentials = MakeChannelCredentials(options);
  if (!credentials.ok()) return credentials.status();
  grpc::ChannelArguments arguments;
  // gRPC's own pace of up to two minutes must not slow down ours.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);
  arguments.SetMaxReceiveMessageSize(kMaxResponseBytes);
  // A back end is reached directly: HTTP proxies seldom let streams live.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(options.address, *credentials, arguments);
}

void AddMetadata(const ClientOptions& options, grpc::ClientContext& context) {
  AddText("x-chatter-tenant", options.tenant, context);
  AddText("x-chatter-on-behalf-of", options.on_behalf_of, context);
  if (!options.token.empty()) {
    context.AddMetadata("authorization", absl::StrCat("Bearer ", options.token));
  }
}

}  // namespace chatter::client
