#include "server/wire/rpc_status.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "server/model/errors.h"
#include "spdlog/spdlog.h"

namespace chatter::wire {
namespace {

absl::Status WithReason(const absl::Status& status) {
  if (status.ok() || ReasonOf(status) != v1::ERROR_REASON_UNSPECIFIED) return status;
  if (absl::IsCancelled(status)) return status;  // the client went: nobody will read it
  if (absl::IsDeadlineExceeded(status) || absl::IsAborted(status)) {
    return DatabaseUnavailableError();
  }
  spdlog::error("a call fails for an error without a reason: {}", status.ToString());
  return InternalError();
}

}  // namespace

google::rpc::Status ToRpcStatus(const absl::Status& original) {
  const absl::Status status = WithReason(original);
  google::rpc::Status out;
  out.set_code(status.raw_code());
  out.set_message(std::string(status.message()));
  status.ForEachPayload([&out](absl::string_view type_url, const absl::Cord& payload) {
    if (!absl::StartsWith(type_url, "type.googleapis.com/")) return;  // the store's own
    auto* detail = out.add_details();
    detail->set_type_url(std::string(type_url));
    detail->set_value(std::string(payload));
  });
  return out;
}

}  // namespace chatter::wire
