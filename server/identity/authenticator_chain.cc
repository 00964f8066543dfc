#include "server/identity/authenticator_chain.h"

#include "absl/status/status.h"

namespace chatter::identity {
namespace {

// What says something about the credential, and not about how the lookup went.
bool IsVerdict(const absl::Status& error) {
  return absl::IsUnauthenticated(error) || absl::IsPermissionDenied(error);
}

}  // namespace

struct AuthenticatorChain::Attempt {
  std::shared_ptr<const Authenticators> authenticators;
  std::optional<TenantKey> tenant;
  Credential credential;
  SteadyTime deadline;
  Callback<Verdict> done;
  std::optional<Strangers::Visit> visit = std::nullopt;

  void Answer(absl::StatusOr<Principal> verdict) {
    const bool is_error = !verdict.ok() && !IsVerdict(verdict.status());
    if (visit.has_value() && !verdict.ok() && !is_error) visit->Failed();
    visit.reset();
    if (is_error) return done(verdict.status());
    done(std::make_shared<const absl::StatusOr<Principal>>(std::move(verdict)));
  }
};

AuthenticatorChain::AuthenticatorChain(std::vector<std::unique_ptr<Authenticator>> authenticators,
                                       CacheOptions options, const Clock& clock,
                                       Strangers* strangers)
    : clock_(clock),
      authenticators_(std::make_shared<const Authenticators>(std::move(authenticators))),
      strangers_(strangers),
      cache_(options, clock, [](const Verdict& verdict) { return !verdict->ok(); }) {}

void AuthenticatorChain::Authenticate(const std::optional<TenantKey>& tenant,
                                      const Credential& credential, Callback<Principal> done) {
  cache_.Get(
      KeyOf(tenant, credential.form, Sha256(credential.text)),
      [&](const auto& request, Callback<Verdict> loaded) {
        Begin(std::make_shared<Attempt>(Attempt{authenticators_, tenant, credential,
                                                request.deadline, std::move(loaded)}),
              request.known);
      },
      Then(std::move(done), [&clock = clock_](const Verdict& found, auto& answer) mutable {
        const absl::StatusOr<Principal>& verdict = *found;
        // What is remembered may have expired since.
        if (verdict.ok() && verdict->expires_at <= clock.Now()) {
          return answer(CredentialInvalidError());
        }
        answer(verdict);
      }));
}

void AuthenticatorChain::Begin(std::shared_ptr<Attempt> attempt, bool known) const {
  if (known || strangers_ == nullptr || attempt->credential.network.empty()) {
    return AskFrom(0, attempt);
  }
  const std::string network = attempt->credential.network;
  const std::string group = attempt->tenant.has_value() ? attempt->tenant->text() : "";
  strangers_->Admit(network, group,
                    [attempt = std::move(attempt)](absl::StatusOr<Strangers::Visit> visit) {
                      if (!visit.ok()) return attempt->Answer(visit.status());
                      attempt->visit.emplace(*std::move(visit));
                      AskFrom(0, attempt);
                    });
}

void AuthenticatorChain::AskFrom(size_t index, const std::shared_ptr<Attempt>& attempt) {
  if (index == attempt->authenticators->size()) return attempt->Answer(CredentialInvalidError());
  (*attempt->authenticators)[index]->Authenticate(
      attempt->tenant, attempt->credential, attempt->deadline,
      [index, attempt](absl::StatusOr<std::optional<Principal>> answer) {
        if (!answer.ok()) return attempt->Answer(answer.status());
        if (answer->has_value()) return attempt->Answer(std::move(**answer));
        AskFrom(index + 1, attempt);
      });
}

void AuthenticatorChain::Forget(const std::optional<TenantKey>& tenant, Credential::Form form,
                                const Sha256Digest& digest) {
  cache_.Forget(KeyOf(tenant, form, digest));
}

Authenticator* AuthenticatorChain::Find(CredentialKind kind) const {
  for (const auto& authenticator : *authenticators_) {
    if (authenticator->kind() == kind) return authenticator.get();
  }
  return nullptr;
}

}  // namespace chatter::identity
