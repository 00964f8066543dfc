// Chatter's own sessions, in the tenant's schema.
//
// A session holds until it expires, has lain idle for too long, or is revoked, by the database's
// clock; and while the service account that made it might make it anew. Thread-safe. The database
// must outlive the store. Callbacks run on the database's thread.
#ifndef CHATTER_SERVER_STORE_SESSION_STORE_H_
#define CHATTER_SERVER_STORE_SESSION_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/caller.h"
#include "server/model/model.h"

namespace chatter::postgres {
class ControlDatabase;
class Rows;
class TenantDatabases;
}  // namespace chatter::postgres

namespace chatter::store {

class SessionStore {
 public:
  // One more ends the one that was used least recently.
  static constexpr int kMaxSessionsPerUser = 100;

  SessionStore(postgres::ControlDatabase& control, postgres::TenantDatabases& tenants)
      : control_(control), tenants_(tenants) {}

  struct NewSession {
    Sha256Digest token_digest;
    std::string user_id;
    std::string service;  // the account that makes it (or kAdministratorName)
    absl::Duration ttl;
    absl::Duration idle_ttl = absl::InfiniteDuration();
    std::string device = {};
  };
  // nullopt: there is no such active user. Deletes the user's sessions that have expired or idled.
  void Create(const TenantKey& tenant, const NewSession& session, SteadyTime deadline,
              Callback<std::optional<Session>> done);

  // Where a list goes on.
  struct ListPosition {
    absl::Time created_at;
    Sha256Digest token_digest;
  };
  // Those that hold, newest first, up to `limit`.
  void List(const TenantKey& tenant, const std::string& user_id,
            const std::optional<ListPosition>& after, int limit, SteadyTime deadline,
            Callback<std::vector<Session>> done);

  // false: there was no such session that held, or it isn't the asker's, a user's.
  void Revoke(const TenantKey& tenant, const Sha256Digest& token_digest, const Asker& asker,
              SteadyTime deadline, Callback<bool> done);
  // Answers with those that held. `device`: nullopt: all of the user's.
  void RevokeAll(const TenantKey& tenant, const std::string& user_id,
                 const std::optional<std::string>& device, SteadyTime deadline,
                 Callback<std::vector<Sha256Digest>> done);

  // The session if it holds. Counts as a use.
  void Find(const TenantKey& tenant, const Sha256Digest& token_digest, SteadyTime deadline,
            Callback<std::optional<Session>> done);
  // Which of these hold no longer: their places, ascending. Counts as a use of the others.
  void FindEnded(const TenantKey& tenant, const std::vector<Sha256Digest>& token_digests,
                 SteadyTime deadline, Callback<std::vector<size_t>> done);

 private:
  // What has been deleted.
  struct Revoked {
    Sha256Digest token_digest;
    bool holds;  // as far as the tenant knows
    std::string service;
    absl::Time created_at;
  };

  void ListMore(const UserKey& user, const std::optional<ListPosition>& after, int limit,
                std::vector<Session> so_far, SteadyTime deadline,
                Callback<std::vector<Session>> done);
  // Tells the streams, and answers with those that held.
  void FinishRevoking(const TenantKey& tenant, std::vector<Revoked> revoked, SteadyTime deadline,
                      Callback<std::vector<Sha256Digest>> done);
  // `services`: the rows of find_session_services.sql.
  // Which of these have ended with the accounts that made them: their places, ascending.
  void FindEndedWithMakers(const TenantKey& tenant, const std::vector<Sha256Digest>& token_digests,
                           const postgres::Rows& services, SteadyTime deadline,
                           Callback<std::vector<size_t>> done);
  // Writes down that these are used; after the answer, since nothing hangs on it.
  void Touch(const TenantKey& tenant, const std::vector<Sha256Digest>& token_digests);

  postgres::ControlDatabase& control_;
  postgres::TenantDatabases& tenants_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_SESSION_STORE_H_
