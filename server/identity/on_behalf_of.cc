#include "server/identity/on_behalf_of.h"

#include <string_view>

#include "server/model/errors.h"
#include "server/model/validate.h"

namespace chatter::identity {
namespace {

constexpr char kKey[] = "x-chatter-on-behalf-of";
constexpr char kBinaryKey[] = "x-chatter-on-behalf-of-bin";

}  // namespace

absl::StatusOr<std::optional<std::string>> ReadOnBehalfOf(const CallMetadata& metadata) {
  const auto text = SingleValue(metadata, kKey, kMaxUserIdBytes);
  if (!text.ok()) return text.status();
  const auto binary = SingleValue(metadata, kBinaryKey, kMaxUserIdBytes, Charset::kBytes);
  if (!binary.ok()) return binary.status();
  if (!text->has_value() && !binary->has_value()) return std::nullopt;
  if (text->has_value() && binary->has_value()) {
    return InvalidMetadataError(kKey, " and its -bin exclude each other.");
  }
  const std::string_view user_id = text->has_value() ? **text : **binary;
  if (!UserIdProblem(user_id).empty()) {
    return InvalidMetadataError(kKey, " must be a user's id.");
  }
  return std::string(user_id);
}

absl::Status CheckOnBehalfOf(Callers callers, const Principal& principal) {
  if (principal.service.empty() || !NeedsTenant(callers)) {
    return MakeError(
        absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED,
        principal.service.empty()
            ? "A user can't call on behalf of others: leave x-chatter-on-behalf-of out."
            : "This can't be done on behalf of a user: leave x-chatter-on-behalf-of "
              "out.");
  }
  if (principal.scope != nullptr && !principal.scope->may_act_for_users) {
    return MakeError(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_OUT_OF_SCOPE,
                     "The service account may not call on behalf of users.");
  }
  return absl::OkStatus();
}

absl::Status OnBehalfOfUnknownError() {
  return MakeError(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_ON_BEHALF_OF_UNKNOWN,
                   "x-chatter-on-behalf-of names no active user of the tenant.");
}

}  // namespace chatter::identity
