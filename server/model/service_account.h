// Programs that may call, and the keys by which they show who they are. Plain values.
#ifndef CHATTER_SERVER_MODEL_SERVICE_ACCOUNT_H_
#define CHATTER_SERVER_MODEL_SERVICE_ACCOUNT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/base/crypto.h"
#include "server/model/model.h"

namespace chatter {

struct ServiceAccount {
  std::string name;
  ServiceScope scope;
  // The subject alternative names of client certificates that stand for it.
  std::vector<std::string> certificate_names = {};
  absl::Time created_at = absl::InfinitePast();
};

// The key itself is nowhere: only its digest, which is the id.
struct ApiKey {
  Sha256Digest digest;
  std::string account;
  absl::Time created_at;
  absl::Time expires_at = absl::InfiniteFuture();
  std::optional<absl::Time> last_used_at = std::nullopt;  // roughly
};

// What a credential of a service account was found to stand for.
struct ServiceIdentity {
  std::string account;
  ServiceScope scope;
  absl::Time changed_at;                           // of the account: its version
  absl::Time expires_at = absl::InfiniteFuture();  // of the credential
};

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_SERVICE_ACCOUNT_H_
