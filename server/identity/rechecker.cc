#include "server/identity/rechecker.h"

#include <map>
#include <utility>

#include "server/identity/tenant_directory.h"

namespace chatter::identity {
namespace {

using Streams = Rechecker::Streams;

const TenantKey& TenantOf(const OpenStream& stream) { return stream.caller().tenant(); }

void EndAll(const Streams& streams, const absl::Status& reason) {
  for (const auto& stream : streams) stream->Fail(reason);
}

}  // namespace

struct Rechecker::Round {};

struct Rechecker::Question {
  std::vector<const Principal*> about;
  std::vector<std::vector<OpenStream*>> askers;  // as many
  absl::flat_hash_map<std::string, size_t> places;

  // `key`: what of the principal is asked about.
  void Add(const Principal& principal, const std::string& key, OpenStream* stream) {
    const auto [found, is_new] = places.emplace(key, about.size());
    if (is_new) {
      about.push_back(&principal);
      askers.emplace_back();
    }
    askers[found->second].push_back(stream);
  }
};

void Rechecker::Run(const Streams& streams) {
  auto round = std::make_shared<Round>();
  const absl::Time now = clock_.Now();
  absl::flat_hash_map<TenantKey, Streams> by_tenant;
  for (const auto& stream : streams) {
    if (stream->caller().principal().expires_at <= now) {
      stream->Fail(CredentialInvalidError());
    } else {
      by_tenant[TenantOf(*stream)].push_back(stream);
    }
  }
  {
    MutexLock lock(mu_);
    if (!round_.expired()) return;
    round_ = round;
    const auto is_gone = [&](const auto& entry) { return !by_tenant.contains(entry.first); };
    absl::erase_if(sweeps_, is_gone);
    absl::erase_if(rounds_, is_gone);
  }
  if (by_tenant.empty()) return;
  std::vector<SchemaName> names;
  std::vector<Group> groups;
  for (auto& [tenant, group] : by_tenant) {
    names.push_back(tenant.name);
    groups.push_back(std::make_shared<const Streams>(std::move(group)));
  }
  lookups_.tenants(std::move(names), clock_.Steady() + kLookupTimeout,
                   [this, round, groups](
                       const absl::StatusOr<std::vector<store::TenantStore::Checked>>& tenants) {
                     if (tenants.ok()) return OnTenants(groups, *tenants);
                     for (const Group& group : groups) Undo(TenantOf(*group->front()));
                   });
}

void Rechecker::OnTenants(const std::vector<Group>& groups,
                          const std::vector<store::TenantStore::Checked>& tenants) {
  for (size_t i = 0; i < groups.size() && i < tenants.size(); ++i) {
    const store::TenantStore::Checked& tenant = tenants[i];
    // Where there is no schema, the tenant is as it was.
    const bool is_other =
        tenant.schema_stamp != 0 && tenant.schema_stamp != TenantOf(*groups[i]->front()).stamp;
    if (!tenant.schema_is_known || is_other) {
      // Whether it is suspended, and who may speak in it, was said of another.
      EndAll(*groups[i], SchemaChangedError());
    } else if (tenant.state == TenantState::kSuspended) {
      EndAll(*groups[i], TenantSuspendedError(tenant.state_reason));
    } else if (tenant.state != TenantState::kActive) {
      EndAll(*groups[i], TenantNotFoundError());
    } else if (const auto round = BeginRound(TenantOf(*groups[i]->front()))) {
      const bool sweep = TakeSweep(TenantOf(*groups[i]->front()), tenant.identity_version);
      CheckCredentials(round, groups[i], sweep);
      CheckUsers(round, groups[i], sweep);
    }
  }
}

std::shared_ptr<Rechecker::Round> Rechecker::BeginRound(const TenantKey& tenant) {
  MutexLock lock(mu_);
  std::weak_ptr<Round>& latest = rounds_[tenant];
  if (!latest.expired()) return nullptr;
  auto round = std::make_shared<Round>();
  latest = round;
  return round;
}

bool Rechecker::TakeSweep(const TenantKey& tenant, int64_t identity_version) {
  const SteadyTime now = clock_.Steady();
  MutexLock lock(mu_);
  Sweep& last = sweeps_[tenant];
  if (last.identity_version == identity_version && now - last.at < kSweepInterval) return false;
  last = {identity_version, now};
  return true;
}

void Rechecker::Undo(const TenantKey& tenant) {
  MutexLock lock(mu_);
  sweeps_.erase(tenant);
}

void Rechecker::EndAskers(const Question& question, const Group& group,
                          const absl::StatusOr<std::vector<size_t>>& places,
                          const absl::Status& reason) {
  if (!places.ok()) return Undo(TenantOf(*group->front()));
  for (size_t place : *places) {
    if (place >= question.askers.size()) continue;
    for (OpenStream* stream : question.askers[place]) stream->Fail(reason);
  }
}

void Rechecker::CheckCredentials(const std::shared_ptr<Round>& round, const Group& group,
                                 bool sweep) {
  std::map<CredentialKind, Question> questions;
  for (const auto& stream : *group) {
    const Principal& principal = stream->caller().principal();
    const Authenticator* const authenticator = authenticators_.Find(principal.credential);
    if (authenticator == nullptr || !IsDue(*stream, authenticator->ends_are_counted(), sweep)) {
      continue;
    }
    questions[principal.credential].Add(principal, principal.proof, stream.get());
  }
  for (auto& [kind, question] : questions) {
    std::vector<Principal> held;
    held.reserve(question.about.size());
    for (const Principal* principal : question.about) held.push_back(*principal);
    authenticators_.Find(kind)->Recheck(
        TenantOf(*group->front()), std::move(held), clock_.Steady() + kLookupTimeout,
        [this, round, group,
         question = std::move(question)](const absl::StatusOr<std::vector<size_t>>& places) {
          EndAskers(question, group, places, CredentialInvalidError());
        });
  }
}

void Rechecker::CheckUsers(const std::shared_ptr<Round>& round, const Group& group, bool sweep) {
  Question question;
  for (const auto& stream : *group) {
    const Principal& principal = stream->caller().principal();
    if (principal.user_id.empty() || !IsDue(*stream, options_.users_are_counted, sweep)) continue;
    question.Add(principal, principal.user_id, stream.get());
  }
  if (question.about.empty()) return;
  std::vector<std::string> user_ids;
  user_ids.reserve(question.about.size());
  for (const Principal* principal : question.about) user_ids.push_back(principal->user_id);
  lookups_.inactive_users(
      TenantOf(*group->front()), std::move(user_ids), clock_.Steady() + kLookupTimeout,
      [this, round, group,
       question = std::move(question)](const absl::StatusOr<std::vector<size_t>>& places) {
        EndAskers(question, group, places, UserDeactivatedError());
      });
}

}  // namespace chatter::identity
