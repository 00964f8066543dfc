// Tenants, users and callers as plain values, free of gRPC and SQL. Rooms: room.h.
//
// What the bounds of each field are is written in proto/chatter/v1; model/validate.h checks them.
#ifndef CHATTER_SERVER_MODEL_MODEL_H_
#define CHATTER_SERVER_MODEL_MODEL_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "common/steady_time.h"
#include "server/base/crypto.h"
#include "server/model/ids.h"

namespace chatter {

// The numbers are stored: never change or reuse them.
enum class TenantState : int16_t {
  kActive = 1,
  kSuspended = 2,
  kDeleted = 3,  // until it is purged
};

struct Tenant {
  SchemaName schema_name;
  std::string display_name;
  std::vector<std::string> domains;
  absl::Time created_at;
  TenantState state = TenantState::kActive;
  std::string state_reason = {};  // for people
  // Once deleted: when what is left of it goes.
  absl::Time purge_at = absl::InfiniteFuture();
  // The schema was there before Chatter came.
  bool attached = false;
  // The number of its last migration; 0: Chatter's tables aren't there yet.
  int schema_version = 0;
  // What its users' view reads: store::UserSourceFingerprint.
  std::string user_source = {};
  // False: behind its name there may be another schema than the one that it is about: one that was
  // made again, cloned or restored (store::AdoptSchema).
  bool schema_is_known = true;
  // What that schema is, as it was found: see TenantKey.
  uint64_t schema_stamp = 0;

  TenantKey key() const { return {schema_name, schema_stamp}; }
  // Whether the schema has a marker.
  bool is_marked() const { return static_cast<uint32_t>(schema_stamp) != 0; }
};

struct User {
  std::string id;
  std::string display_name;
  absl::Time created_at;  // InfinitePast: not known
  bool active = true;     // else deactivated: can't sign in, nor come into new rooms
};

// A signed-in user's session. The token itself is nowhere: only its digest, which is the id.
struct Session {
  Sha256Digest token_digest;
  std::string user_id;
  absl::Time created_at;
  absl::Time expires_at;
  bool user_active = true;
  std::string device = {};
  absl::Duration idle_ttl = absl::InfiniteDuration();  // infinite: idleness doesn't end it
  absl::Time last_used_at = absl::InfinitePast();      // roughly
  // The service account that made it (or kAdministratorName); empty: that isn't known.
  std::string service = {};
};

// Which kind of credential told who is calling.
enum class CredentialKind {
  kNone,
  kAdministratorKey,
  kSession,  // one of Chatter's own
  kDjangoSession,
  kJwt,
  kApiKey,             // a service account's
  kClientCertificate,  // a service account's
};

// What a service account may do. "*" in a list stands for everything; an empty list for nothing.
struct ServiceScope {
  std::vector<std::string> tenants = {};   // schema names
  std::vector<std::string> services = {};  // such as "chatter.v1.RoomService"
  bool read_only = false;
  bool may_act_for_users = false;

  static bool Holds(const std::vector<std::string>& list, std::string_view what) {
    return std::any_of(list.begin(), list.end(),
                       [what](const std::string& one) { return one == what || one == "*"; });
  }
};

// The name that stands for the administrator where others have a service account's.
inline constexpr std::string_view kAdministratorName = "administrator";

// Who is calling, as identity::Admission found out.
struct Principal {
  CredentialKind credential = CredentialKind::kNone;
  std::string user_id = {};  // empty: a service or an administrator
  // The service account that calls (or kAdministratorName), for itself or, with a user's id beside
  // it, on behalf of that user; empty: the user calls.
  std::string service = {};
  std::shared_ptr<const ServiceScope> scope = {};  // of the service account; else nullptr
  // When the credential ends by itself.
  absl::Time expires_at = absl::InfiniteFuture();
  // What the authenticator that found the principal has to remember of the credential, so that it
  // can check it again. Secret: of a Django session it holds the key. Never logged or stored.
  std::string proof = {};
};

// A call that may go on: where it acts, and for whom. What every rule is given.
struct Caller {
  // Present for every method but those of TenantService.
  std::optional<TenantKey> tenant;
  // False where the server knows one schema only.
  bool multitenant = true;
  Principal principal;
  // When the caller stops waiting; work past it need not be done.
  SteadyTime deadline = SteadyTime::InfiniteFuture();

  bool is_user() const { return !principal.user_id.empty(); }
  // One that calls for itself.
  bool is_service() const { return !is_user() && !principal.service.empty(); }
};

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_MODEL_H_
