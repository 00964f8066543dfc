// Finds out which streams may not go on: whose tenant was suspended or deleted, whose credential
// was revoked or has expired, whose user was deactivated.
//
// A stream is authenticated when it begins and may last for days. The rechecker looks at all
// streams again, together, every second or two. One statement tells how all tenants are. A tenant
// in which something may have ended needs one more for each kind of credential, and one for its
// users, however many streams it has.
// Most tenants need only the first. Whatever Chatter itself ends changes the tenant's
// identity_version; while that stands still, the tenant's streams are looked at once in
// kSweepInterval. A stream that has just begun is looked at in any case: what the server remembered
// when it began may be older than the version. A lookup that fails ends nobody's stream: the next
// run looks again.
//
// Thread-safe. Doesn't block: streams are ended from the lookups' threads. Must outlive its
// lookups.
#ifndef CHATTER_SERVER_IDENTITY_RECHECKER_H_
#define CHATTER_SERVER_IDENTITY_RECHECKER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "server/base/clock.h"
#include "server/identity/authenticator_chain.h"
#include "server/identity/open_stream.h"
#include "server/store/tenant_store.h"

namespace chatter::identity {

// The lookups that tell who may not go on. Both must call back by the deadline.
struct RecheckLookups {
  // How each of these tenants is, in order.
  std::function<void(std::vector<SchemaName> tenants, SteadyTime deadline,
                     Callback<std::vector<store::TenantStore::Checked>>)>
      tenants;
  // Which of these users of the tenant aren't there or aren't active: their places, ascending.
  std::function<void(const TenantKey& tenant, std::vector<std::string> user_ids,
                     SteadyTime deadline, Callback<std::vector<size_t>>)>
      inactive_users;
};

class Rechecker {
 public:
  using Streams = std::vector<std::shared_ptr<OpenStream>>;

  // How long a lookup may take: runs are seconds apart.
  static constexpr absl::Duration kLookupTimeout = absl::Seconds(2);
  // How long a change may go unnoticed that doesn't change identity_version: somebody changed the
  // tables by hand. Looking also keeps sessions alive that would end by idleness.
  static constexpr absl::Duration kSweepInterval = absl::Seconds(30);

  // How long a new stream is looked at in every run: for several runs, and for longer than caches
  // remember.
  static constexpr absl::Duration kYouth = absl::Seconds(6);

  struct Options {
    // Users are Chatter's own: deactivating one changes identity_version.
    bool users_are_counted = true;
  };

  // `authenticators` and `clock` must outlive the rechecker.
  Rechecker(Options options, const AuthenticatorChain& authenticators, RecheckLookups lookups,
            const Clock& clock)
      : options_(options),
        authenticators_(authenticators),
        lookups_(std::move(lookups)),
        clock_(clock) {}

  // Looks at all of these streams. It leaves out a tenant whose lookups of an earlier run are still
  // under way: a tenant whose tables are locked delays only itself.
  void Run(const Streams& streams);

 private:
  // The lookups of one run share it: those of all tenants, or those of one tenant's streams. It
  // ends with the last of them.
  struct Round;
  // Streams that ask the same of a lookup.
  struct Question;
  // The streams of one tenant.
  using Group = std::shared_ptr<const Streams>;
  // When a tenant's streams were last looked at, and at which version.
  struct Sweep {
    int64_t identity_version = -1;
    SteadyTime at = SteadyTime::InfinitePast();
  };

  void OnTenants(const std::vector<Group>& groups,
                 const std::vector<store::TenantStore::Checked>& tenants);
  // Null: the tenant's round of an earlier run is still under way.
  std::shared_ptr<Round> BeginRound(const TenantKey& tenant);
  // Whether all of the tenant's streams are due; if so, they count as looked at.
  bool TakeSweep(const TenantKey& tenant, int64_t identity_version);
  // A lookup has failed: the tenant's streams are due in the next run.
  void Undo(const TenantKey& tenant);
  // Whether the stream is to be looked at. `is_counted`: what may have ended changes
  // identity_version.
  bool IsDue(const OpenStream& stream, bool is_counted, bool sweep) const {
    return sweep || !is_counted || clock_.Steady() - stream.begun_at() < kYouth;
  }
  void CheckCredentials(const std::shared_ptr<Round>& round, const Group& group, bool sweep);
  void CheckUsers(const std::shared_ptr<Round>& round, const Group& group, bool sweep);
  // What a lookup says of the streams that asked: ends those whose places are in `places`.
  void EndAskers(const Question& question, const Group& group,
                 const absl::StatusOr<std::vector<size_t>>& places, const absl::Status& reason);

  const Options options_;
  const AuthenticatorChain& authenticators_;
  const RecheckLookups lookups_;
  const Clock& clock_;

  Mutex mu_;
  std::weak_ptr<Round> round_ ABSL_GUARDED_BY(mu_);  // the latest look-up of all tenants
  // Of the tenants that had streams in the latest run: the latest rounds, and ...
  absl::flat_hash_map<TenantKey, std::weak_ptr<Round>> rounds_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<TenantKey, Sweep> sweeps_ ABSL_GUARDED_BY(mu_);
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_RECHECKER_H_
