#include "server/admin/sessions.h"

#include <tuple>
#include <utility>

#include "server/admin/users.h"
#include "server/base/secret_token.h"
#include "server/identity/authenticator.h"
#include "server/model/errors.h"
#include "server/model/validate.h"

namespace chatter::admin {
namespace {

constexpr PageSizes kPageSizes{.if_zero = 50, .max = 100};
constexpr absl::Duration kDefaultTtl = absl::Hours(12);

absl::Status SessionNotFoundError() {
  return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_SESSION_NOT_FOUND,
                   "There is no such session, or it isn't the caller's.");
}

// Whose sessions a call is about: adds a violation where it says nothing of use.
// Error: PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED) for a user who
// names another.
absl::StatusOr<std::string> ParseOwner(const TenantCaller& caller, std::string_view user_id,
                                       FieldViolations& violations) {
  if (!caller.is_user()) {
    AddProblem("user_id", UserIdProblem(user_id), violations);
    return std::string(user_id);
  }
  if (!user_id.empty() && user_id != caller.user_id()) {
    return MakeError(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED,
                     "A user may see and end no sessions but the user's own.");
  }
  return caller.user_id();
}

}  // namespace

void Sessions::Create(const ServiceCaller& caller, const NewSession& request,
                      Callback<Created> done) {
  if (absl::Status status = caller.CheckActsForUsers(); !status.ok()) {
    return done(std::move(status));
  }
  const absl::Duration ttl = request.ttl.value_or(kDefaultTtl);
  FieldViolations violations;
  AddProblem("user_id", UserIdProblem(request.user_id), violations);
  AddProblem("ttl", SessionTtlProblem(ttl), violations);
  if (request.idle_ttl.has_value()) {
    AddProblem("idle_ttl", SessionIdleTtlProblem(*request.idle_ttl), violations);
  }
  AddProblem("device", DeviceProblem(request.device), violations);
  if (!violations.empty()) return done(violations.ToStatus());

  std::string token = GenerateToken(kSessionTokenPrefix);
  const store::SessionStore::NewSession session{
      .token_digest = TokenDigest(kSessionTokenPrefix, token).value(),
      .user_id = request.user_id,
      .service = caller.service(),
      .ttl = ttl,
      .idle_ttl = request.idle_ttl.value_or(absl::InfiniteDuration()),
      .device = request.device};
  store_.Create(caller.tenant(), session, caller.deadline(),
                Then(std::move(done), [this, caller, token = std::move(token)](
                                          std::optional<Session> made, auto& answer) mutable {
                  if (!made.has_value()) return answer(UserNotFoundError());
                  HandOver(caller, {.session = *std::move(made), .token = std::move(token)},
                           std::move(answer));
                }));
}

void Sessions::HandOver(const ServiceCaller& caller, Created made, Callback<Created> done) {
  CheckCredential(caller, [this, caller, made = std::move(made),
                           done = std::move(done)](const absl::Status& holds) mutable {
    if (holds.ok()) return done(std::move(made));
    store_.Revoke(
        caller.tenant(), made.session.token_digest, Asker::Service(), caller.deadline(),
        // Where it can't be revoked it stays without harm: nobody has its token.
        [holds, done = std::move(done)](const absl::StatusOr<bool>&) mutable { done(holds); });
  });
}

void Sessions::CheckCredential(const TenantCaller& caller, StatusCallback done) {
  identity::Authenticator* const authenticator =
      authenticators_.Find(caller.principal().credential);
  if (authenticator == nullptr) return done(identity::CredentialInvalidError());
  authenticator->Recheck(
      caller.tenant(), {caller.principal()}, caller.deadline(),
      Then(std::move(done), [](const std::vector<size_t>& ended, auto& answer) {
        answer(ended.empty() ? absl::OkStatus() : identity::CredentialInvalidError());
      }));
}

void Sessions::List(const TenantCaller& caller, const v1::ListSessionsRequest& request,
                    Callback<Page<Session>> done) {
  FieldViolations violations;
  const auto owner = ParseOwner(caller, request.user_id(), violations);
  if (!owner.ok()) return done(owner.status());
  const Pager<absl::Time, Sha256Digest> pager(caller, request, kPageSizes, violations);
  if (!violations.empty()) return done(violations.ToStatus());

  store_.List(caller.tenant(), *owner, pager.After<store::SessionStore::ListPosition>(),
              pager.limit(), caller.deadline(),
              Then(std::move(done), [pager](std::vector<Session> sessions, auto& answer) {
                answer(pager.Cut(std::move(sessions), [](const Session& last) {
                  return std::tuple(last.created_at, last.token_digest);
                }));
              }));
}

void Sessions::Revoke(const TenantCaller& caller, std::string_view session_id,
                      Callback<Revoked> done) {
  FieldViolations violations;
  const auto digest = ParseDigest("session_id", session_id, violations);
  if (!violations.empty()) return done(violations.ToStatus());

  store_.Revoke(caller.tenant(), *digest, caller.asker(), caller.deadline(),
                [this, tenant = caller.tenant(), digest = *digest,
                 done = std::move(done)](absl::StatusOr<bool> revoked) mutable {
                  // Whatever the answer: it may have been revoked elsewhere, or before an answer
                  // was lost.
                  bus_.Publish(bus::SessionsEnded{tenant, {digest}});
                  if (!revoked.ok()) return done(std::move(revoked).status());
                  if (!*revoked) return done(SessionNotFoundError());
                  done(Revoked{.sessions = 1});
                });
}

void Sessions::RevokeAll(const TenantCaller& caller, std::string_view user_id,
                         const std::optional<std::string>& device, Callback<Revoked> done) {
  FieldViolations violations;
  const auto owner = ParseOwner(caller, user_id, violations);
  if (!owner.ok()) return done(owner.status());
  if (device.has_value()) AddProblem("device", DeviceProblem(*device), violations);
  if (!violations.empty()) return done(violations.ToStatus());

  store_.RevokeAll(
      caller.tenant(), *owner, device, caller.deadline(),
      Then(std::move(done),
           [this, tenant = caller.tenant()](std::vector<Sha256Digest> ended, auto& answer) mutable {
             const auto count = static_cast<int32_t>(ended.size());
             bus_.Publish(bus::SessionsEnded{tenant, std::move(ended)});
             answer(Revoked{.sessions = count});
           }));
}

}  // namespace chatter::admin
