// Finds out which streams may not go on: whose tenant was suspended or deleted, whose credential
// was revoked or has expired, whose user was deactivated.
//
// A stream is authenticated when it begins and may last for days. This looks at all of them again,
// every second or two, and together: one statement tells of all tenants, and for a tenant in which
// something may have ended, one for each kind of credential and one for the users, however many
// streams there are. Most tenants need no more than the first: what Chatter itself ends is counted
// in the tenant's identity_version, and while that stands still its streams are looked at only once
// in kSweepInterval. A stream that has just begun is looked at in any case: what the server
// remembered when it began may have been older than what was counted last. A lookup that fails ends
// nobody's stream: the next run looks again.
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
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/identity/authenticator_chain.h"
#include "server/identity/open_stream.h"
#include "server/store/tenant_store.h"

namespace chatter::identity {

// Where it is looked up who may not go on. Both must call back by the deadline.
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
  // How long a change that isn't counted may go unnoticed where changes are counted: somebody
  // changed the tables by hand. Sessions that end by idleness are kept alive by it, too.
  static constexpr absl::Duration kSweepInterval = absl::Seconds(30);

  // How long a stream is looked at in every run: longer than the caches remember, and several runs.
  static constexpr absl::Duration kYouth = absl::Seconds(6);

  struct Options {
    // Users are Chatter's own, so that whoever is deactivated is counted.
    bool users_are_counted = true;
  };

  // `authenticators` and `clock` must outlive the rechecker.
  Rechecker(Options options, const AuthenticatorChain& authenticators, RecheckLookups lookups,
            const Clock& clock)
      : options_(options),
        authenticators_(authenticators),
        lookups_(std::move(lookups)),
        clock_(clock) {}

  // Looks at all of these streams, but for those of tenants whose lookups of a run before are under
  // way: a tenant whose tables are locked keeps only its own from being looked at.
  void Run(const Streams& streams);

 private:
  // Lookups of one run, of all tenants or of the streams of one: they share it, and the last one to
  // go ends it.
  struct Round;
  // Streams that ask the same of a lookup.
  struct Question;
  // The streams of one tenant.
  using Group = std::shared_ptr<const Streams>;
  // What a tenant's streams were looked at for.
  struct Sweep {
    int64_t identity_version = -1;
    SteadyTime at = SteadyTime::InfinitePast();
  };

  void OnTenants(const std::vector<Group>& groups,
                 const std::vector<store::TenantStore::Checked>& tenants);
  // Null: the tenant's round of a run before is under way.
  std::shared_ptr<Round> BeginRound(const TenantKey& tenant);
  // Whether all of the tenant's streams are due; if so, they count as looked at.
  bool TakeSweep(const TenantKey& tenant, int64_t identity_version);
  // A lookup has failed: the tenant's streams are due in the next run.
  void Undo(const TenantKey& tenant);
  // Whether the stream is to be looked at for something whose end is counted or isn't.
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
