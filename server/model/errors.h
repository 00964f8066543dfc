// Errors as absl::Status with the details that the API promises.
//
// Each detail is a payload of the status, keyed by its Protobuf type URL: what wire/ turns one to
// one into google.rpc.Status. No raw database text ever gets in here.
#ifndef CHATTER_SERVER_MODEL_ERRORS_H_
#define CHATTER_SERVER_MODEL_ERRORS_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "chatter/v1/errors.pb.h"

namespace chatter {

// `message` says what was wrong and what to do.
absl::Status MakeError(
    absl::StatusCode code, v1::ErrorReason reason, std::string_view message,
    std::initializer_list<std::pair<std::string_view, std::string_view>> metadata = {});

// The same, with RetryInfo.
absl::Status MakeRetryableError(absl::StatusCode code, v1::ErrorReason reason,
                                std::string_view message, absl::Duration retry_after);

// The reason in a status that MakeError made; UNSPECIFIED for others.
v1::ErrorReason ReasonOf(const absl::Status& status);

// The errors that several layers give.
absl::Status RoomNotFoundError();
absl::Status MessageNotFoundError();
absl::Status RoomArchivedError();
absl::Status ConflictError();
absl::Status RoleNotAllowedError(std::string_view message);
absl::Status DatabaseUnavailableError();
absl::Status TenantBrokenError();
// UNAVAILABLE (TENANT_NOT_READY): what is known of the tenant is of another schema than there is
// now. Whoever retries comes to that one.
absl::Status SchemaChangedError();
// Whether it is that: what was to be done for the TenantKey can never be done any more.
bool IsSchemaChanged(const absl::Status& status);
absl::Status DrainingError();  // the server is going away
absl::Status InternalError();  // say what happened in the log

// Collects what is wrong with a request's fields, so that one answer names all of it (up to 100).
class FieldViolations {
 public:
  // `field` is a path as in Protobuf's text, such as "users[3].id".
  void Add(std::string_view field, std::string_view description);
  bool empty() const { return violations_.empty(); }

  // OK when nothing was added.
  absl::Status ToStatus(v1::ErrorReason reason = v1::ERROR_REASON_INVALID_FIELD,
                        std::string_view message = "The request has invalid fields.") const;

 private:
  std::vector<std::pair<std::string, std::string>> violations_;
};

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_ERRORS_H_
