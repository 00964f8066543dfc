#include "server/identity/admission.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "server/identity/credentials.h"
#include "server/identity/on_behalf_of.h"
#include "server/identity/peer_address.h"
#include "server/identity/tenant_name.h"
#include "server/model/errors.h"
#include "server/model/host.h"

namespace chatter::identity {
namespace {

constexpr char kForwardedHostKey[] = "x-forwarded-host";

// What a proxy says of the host that was called. nullopt: nothing, or the peer isn't one whose word
// is taken, whatever it says.
absl::StatusOr<std::optional<std::string_view>> ReadForwardedHost(
    const IncomingCall& call, const TrustedProxies& trusted_proxies) {
  if (!HasKey(call.metadata, kForwardedHostKey)) return std::nullopt;
  if (!trusted_proxies.Trusts(call.peer)) return std::nullopt;
  return SingleValue(call.metadata, kForwardedHostKey, kMaxHostBytes, Charset::kBeyondAscii);
}

absl::StatusOr<TenantHint> ReadHint(const IncomingCall& call,
                                    const TrustedProxies& trusted_proxies) {
  const auto name = ReadTenantName(call.metadata);
  if (!name.ok()) return name.status();
  const auto forwarded_host = ReadForwardedHost(call, trusted_proxies);
  if (!forwarded_host.ok()) return forwarded_host.status();

  TenantHint hint{.name = {}, .host = {}, .network = NetworkOfPeer(call.peer)};
  if (name->has_value()) hint.name.emplace(**name);
  if (forwarded_host->has_value()) {
    hint.host.emplace(**forwarded_host);
  } else if (!call.host.empty()) {
    hint.host.emplace(call.host);
  }
  return hint;
}

// The one caller that all of the call's credentials stand for.
absl::Status Agree(std::optional<Principal>& caller, Principal found) {
  if (!caller.has_value()) {
    caller = std::move(found);
    return absl::OkStatus();
  }
  if (caller->user_id.empty() || caller->user_id != found.user_id) {
    return MakeError(absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_CREDENTIALS_CONTRADICT,
                     "The call carries several credentials that stand for different callers. Send "
                     "one.");
  }
  caller->expires_at = std::min(caller->expires_at, found.expires_at);
  return absl::OkStatus();
}

// What a credential is worth that was shown to a tenant that isn't there. Nobody has a credential
// of such a tenant, and whoever has none can't be told that the tenant isn't there: only the
// administrator is known everywhere.
absl::StatusOr<Principal> WithoutTenant(absl::StatusOr<Principal> principal) {
  const bool is_verdict =
      absl::IsUnauthenticated(principal.status()) || absl::IsPermissionDenied(principal.status());
  if (is_verdict) return CredentialInvalidError();
  return principal;
}

}  // namespace

absl::Status RefusalFor(const absl::Status& error, std::string_view request_id) {
  if (ReasonOf(error) != v1::ERROR_REASON_UNSPECIFIED) return error;
  if (absl::IsDeadlineExceeded(error)) return DatabaseUnavailableError();
  spdlog::error("a call is denied for an error without a reason: {} request_id={}",
                error.ToString(), request_id);
  return InternalError();
}

// A call about which it isn't decided yet.
struct Admission::Attempt {
  std::string method;
  MethodPolicy policy;
  std::string request_id;
  std::string network;
  absl::StatusOr<TenantHint> hint;
  absl::StatusOr<std::vector<Credential>> credentials;  // those that are still to be looked at
  absl::StatusOr<std::optional<std::string>> on_behalf_of;
  OnVerdict done;

  Caller caller = {};
  // What the call is to be refused with once it is known who calls, and that they may hear it: its
  // tenant is suspended, or (then the caller has no tenant either) isn't there. OK: it isn't.
  absl::Status tenant_refusal = absl::OkStatus();
  std::optional<Principal> principal = std::nullopt;  // that all credentials so far stand for

  bool needs_tenant() const { return NeedsTenant(policy.callers); }

  void Refuse(const absl::Status& error) {
    done(Verdict::Refuse(RefusalFor(error, request_id), std::move(caller)));
  }
  // By the policy, now that it is known who calls.
  void Decide() {
    const absl::Status permission = CheckPolicy(method, policy, caller.principal);
    if (!permission.ok()) return Refuse(permission);
    done(Verdict::Admit(std::move(caller)));
  }
};

Admission::Admission(Options options, TenantDirectory& tenants, AuthenticatorChain& authenticators,
                     UserDirectory& users)
    : options_(std::move(options)),
      tenants_(tenants),
      authenticators_(authenticators),
      users_(users) {}

void Admission::Decide(const IncomingCall& call, OnVerdict done) const {
  if (!call.policy.has_value()) {
    spdlog::error("a call of a method without a policy is denied method={} request_id={}",
                  call.method, call.request_id);
    return done(Verdict::Refuse(InternalError(), {}));
  }
  if (call.policy->callers == Callers::kAnybody) return done(Verdict::Admit({}));
  const auto attempt = std::make_shared<Attempt>(
      Attempt{.method = std::string(call.method),
              .policy = *call.policy,
              .request_id = std::string(call.request_id),
              .network = NetworkOfPeer(call.peer),
              .hint = ReadHint(call, options_.trusted_proxies),
              .credentials =
                  ReadCredentials(call.metadata, call.certificate_names, options_.session_cookie),
              .on_behalf_of = ReadOnBehalfOf(call.metadata),
              .done = std::move(done)});
  if (attempt->needs_tenant()) return ResolveTenant(attempt);
  Authenticate(attempt);
}

void Admission::ResolveTenant(const AttemptPtr& attempt) const {
  if (!attempt->hint.ok()) return attempt->Refuse(attempt->hint.status());
  tenants_.Resolve(*attempt->hint, [this, attempt](absl::StatusOr<ResolvedTenant> found) {
    if (found.ok()) {
      attempt->caller.tenant = std::move(found->tenant);
      attempt->caller.multitenant = found->multitenant;
      attempt->tenant_refusal = std::move(found->refusal);
    } else if (ReasonOf(found.status()) == v1::ERROR_REASON_TENANT_NOT_FOUND) {
      attempt->tenant_refusal = found.status();
    } else {
      return attempt->Refuse(found.status());
    }
    Authenticate(attempt);
  });
}

void Admission::Authenticate(const AttemptPtr& attempt) const {
  if (!attempt->credentials.ok()) return attempt->Refuse(attempt->credentials.status());
  if (!attempt->on_behalf_of.ok()) return attempt->Refuse(attempt->on_behalf_of.status());
  Credential credential = std::move(attempt->credentials->back());
  attempt->credentials->pop_back();
  credential.network = attempt->network;
  const std::optional<TenantKey> tenant = attempt->caller.tenant;  // the callback may move it
  authenticators_.Authenticate(tenant, credential,
                               [this, attempt](absl::StatusOr<Principal> principal) {
                                 OnAuthenticated(attempt, std::move(principal));
                               });
}

void Admission::OnAuthenticated(const AttemptPtr& attempt,
                                absl::StatusOr<Principal> principal) const {
  if (attempt->needs_tenant() && !attempt->caller.tenant.has_value()) {
    principal = WithoutTenant(std::move(principal));
  }
  if (!principal.ok()) return attempt->Refuse(principal.status());
  const absl::Status agreed = Agree(attempt->principal, *std::move(principal));
  if (!agreed.ok()) return attempt->Refuse(agreed);
  if (!attempt->credentials->empty()) return Authenticate(attempt);
  attempt->caller.principal = *std::move(attempt->principal);
  if (!attempt->tenant_refusal.ok()) return attempt->Refuse(attempt->tenant_refusal);
  if (attempt->on_behalf_of->has_value()) return ActForUser(attempt);
  attempt->Decide();
}

void Admission::ActForUser(const AttemptPtr& attempt) const {
  const absl::Status may = CheckOnBehalfOf(attempt->policy.callers, attempt->caller.principal);
  if (!may.ok()) return attempt->Refuse(may);
  const TenantKey tenant = *attempt->caller.tenant;  // the callback may move it
  users_.IsActive(tenant, **attempt->on_behalf_of,
                  [attempt](const absl::StatusOr<bool>& is_active) {
                    if (!is_active.ok()) return attempt->Refuse(is_active.status());
                    if (!*is_active) return attempt->Refuse(OnBehalfOfUnknownError());
                    attempt->caller.principal.user_id = **attempt->on_behalf_of;
                    attempt->Decide();
                  });
}

}  // namespace chatter::identity
