// Chatter's own sessions, in the tenant's schema.
//
// A session holds until it expires, has lain idle for too long, or is revoked; all by the
// database's clock. Thread-safe. The database must outlive the store. Callbacks run on the
// database's thread.
#ifndef CHATTER_SERVER_STORE_SESSION_STORE_H_
#define CHATTER_SERVER_STORE_SESSION_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "server/base/callback.h"
#include "server/model/model.h"

namespace chatter::store {

class Database;

class SessionStore {
 public:
  // One more ends the one that was used least recently.
  static constexpr int kMaxSessionsPerUser = 100;

  explicit SessionStore(Database& database) : database_(database) {}

  struct NewSession {
    Sha256Digest token_digest;
    std::string user_id;
    absl::Duration ttl;
    absl::Duration idle_ttl = absl::InfiniteDuration();
    std::string device = {};
  };
  // nullopt: there is no such active user. Deletes the user's sessions that hold no longer.
  void Create(const SchemaName& tenant, const NewSession& session, absl::Time deadline,
              Callback<std::optional<Session>> done);

  // Where a list goes on.
  struct ListPosition {
    absl::Time created_at;
    Sha256Digest token_digest;
  };
  // Those that hold, newest first, up to `limit`.
  void List(const SchemaName& tenant, const std::string& user_id,
            const std::optional<ListPosition>& after, int limit, absl::Time deadline,
            Callback<std::vector<Session>> done);

  // `user_id`: whose it must be; empty: anybody's. false: there was no such session that held.
  void Revoke(const SchemaName& tenant, const Sha256Digest& token_digest,
              const std::string& user_id, absl::Time deadline, Callback<bool> done);
  // Answers with those that held. `device`: nullopt: all of the user's.
  void RevokeAll(const SchemaName& tenant, const std::string& user_id,
                 const std::optional<std::string>& device, absl::Time deadline,
                 Callback<std::vector<Sha256Digest>> done);

  // The session if it holds. Counts as a use.
  void Find(const SchemaName& tenant, const Sha256Digest& token_digest, absl::Time deadline,
            Callback<std::optional<Session>> done);
  // Which of these hold no longer: their places, ascending. Counts as a use of the others.
  void FindEnded(const SchemaName& tenant, const std::vector<Sha256Digest>& token_digests,
                 absl::Time deadline, Callback<std::vector<size_t>> done);

 private:
  Database& database_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_SESSION_STORE_H_
