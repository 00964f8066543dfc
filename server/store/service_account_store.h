// Service accounts, their API keys and their client certificates, in the control schema `chatter`.
//
// Keys hold by the database's clock. Thread-safe. The database must outlive the store. Callbacks
// run on the database's thread.
#ifndef CHATTER_SERVER_STORE_SERVICE_ACCOUNT_STORE_H_
#define CHATTER_SERVER_STORE_SERVICE_ACCOUNT_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/service_account.h"

namespace chatter::postgres {
class ControlDatabase;
}  // namespace chatter::postgres

namespace chatter::store {

class ServiceAccountStore {
 public:
  static constexpr int kMaxKeysPerAccount = 20;  // that hold

  explicit ServiceAccountStore(postgres::ControlDatabase& database) : database_(database) {}

  // Makes the account, or replaces all that is known of it but its keys.
  // Errors: ALREADY_EXISTS: a certificate's name stands for another account.
  void Set(const ServiceAccount& account, SteadyTime deadline, Callback<ServiceAccount> done);
  // By ascending name in byte order, after the name `after`, up to `limit`.
  void List(const std::string& after, int limit, SteadyTime deadline,
            Callback<std::vector<ServiceAccount>> done);
  // With its keys. false: there was no such account.
  void Delete(const std::string& name, SteadyTime deadline, Callback<bool> done);

  struct NewKey {
    Sha256Digest digest;
    std::string account;
    absl::Duration ttl = absl::InfiniteDuration();
    // How long the account's other keys go on at most.
    absl::Duration overlap = absl::InfiniteDuration();
  };
  struct CreatedKey {
    bool account_found = false;
    std::optional<ApiKey> key;  // nullopt, though there is the account: it has too many
  };
  void CreateKey(const NewKey& key, SteadyTime deadline, Callback<CreatedKey> done);
  // Those that hold, newest first. nullopt: there is no such account.
  void ListKeys(const std::string& account, SteadyTime deadline,
                Callback<std::optional<std::vector<ApiKey>>> done);
  // false: there was no such key that held.
  void RevokeKey(const Sha256Digest& digest, SteadyTime deadline, Callback<bool> done);

  // Whose these keys are, in order; nullopt: the key doesn't hold. Counts as a use.
  void FindByKeys(const std::vector<Sha256Digest>& digests, SteadyTime deadline,
                  Callback<std::vector<std::optional<ServiceIdentity>>> done);
  // The accounts that these names of one certificate stand for; no more than two.
  void FindByCertificate(const std::vector<std::string>& subject_names, SteadyTime deadline,
                         Callback<std::vector<ServiceIdentity>> done);
  // These accounts, in order; nullopt: there is no such account any more.
  void Find(const std::vector<std::string>& names, SteadyTime deadline,
            Callback<std::vector<std::optional<ServiceIdentity>>> done);

 private:
  // Writes down that these are used; after the answer, since nothing hangs on it.
  void Touch(const std::vector<Sha256Digest>& digests);

  postgres::ControlDatabase& database_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_SERVICE_ACCOUNT_STORE_H_
