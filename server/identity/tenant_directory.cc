#include "server/identity/tenant_directory.h"

#include <atomic>
#include <memory>

#include "absl/strings/str_cat.h"
#include "server/model/errors.h"
#include "server/model/host.h"

namespace chatter::identity {
namespace {

// The server makes its one tenant at its start, when the database has come.
absl::Status NotMadeYetError() {
  return MakeRetryableError(absl::StatusCode::kUnavailable, v1::ERROR_REASON_TENANT_NOT_READY,
                            "The tenant's schema isn't there yet. Retry a little later.",
                            absl::Seconds(1));
}

absl::Status TenantRequiredError() {
  return MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_TENANT_REQUIRED,
                   "The call names no tenant. Name one in the metadata x-chatter-tenant.");
}

}  // namespace

// The same for names that can't be: what was asked for is hostile text as likely as not, and isn't
// repeated.
absl::Status TenantNotFoundError() {
  return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_TENANT_NOT_FOUND,
                   "There is no such tenant. Name one in the metadata x-chatter-tenant, or call "
                   "one of its domains.");
}

absl::Status TenantSuspendedError(std::string_view reason) {
  const absl::string_view words(reason.data(), reason.size());
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_TENANT_SUSPENDED,
                   absl::StrCat("The tenant is suspended", words.empty() ? "." : ": ", words));
}

TenantDirectory::TenantDirectory(Options options, TenantLookups lookups, const Clock& clock)
    : single_schema_(std::move(options.single_schema)),
      strangers_(options.strangers),
      lookups_(std::move(lookups)),
      cache_(options.cache, clock,
             [](const std::optional<Tenant>& tenant) { return !tenant.has_value(); }) {}

void TenantDirectory::Resolve(const TenantHint& hint, Callback<ResolvedTenant> done) {
  const absl::StatusOr<Key> key = ReadHint(hint);
  if (!key.ok()) return done(key.status());
  cache_.Get(
      *key,
      [&](const Cache::LoadRequest& request, Callback<std::optional<Tenant>> loaded) {
        auto settle = [this, key = *key, deadline = request.deadline, loaded = std::move(loaded)](
                          absl::StatusOr<std::optional<Tenant>> found) mutable {
          Settle(key, deadline, std::move(found), std::move(loaded));
        };
        if (request.known || strangers_ == nullptr || hint.network.empty()) {
          return Load(*key, request.deadline, std::move(settle));
        }
        LoadForStranger(*key, hint.network, request.deadline, std::move(settle));
      },
      Then(std::move(done), [this](const std::optional<Tenant>& found, auto& answer) {
        Admit(found, std::move(answer));
      }));
}

absl::StatusOr<TenantDirectory::Key> TenantDirectory::ReadHint(const TenantHint& hint) const {
  if (single_schema_.has_value()) {
    if (hint.name.has_value() && *hint.name != single_schema_->text()) return TenantNotFoundError();
    return Key{.is_domain = false, .text = single_schema_->text()};
  }
  if (hint.name.has_value()) {
    const auto schema = SchemaName::Parse(*hint.name);
    if (!schema.has_value()) return TenantNotFoundError();
    return Key{.is_domain = false, .text = schema->text()};
  }
  if (hint.host.has_value()) {
    const auto domain = NormalizeHost(*hint.host);
    if (!domain.has_value()) return TenantNotFoundError();
    return Key{.is_domain = true, .text = *domain};
  }
  return TenantRequiredError();
}

void TenantDirectory::Settle(const Key& key, SteadyTime deadline,
                             absl::StatusOr<std::optional<Tenant>> found,
                             Callback<std::optional<Tenant>> done) const {
  const auto is_settled = [](const Tenant& tenant) {
    // One that only the application knows of may be one that was renamed, and is suspended.
    const bool is_new = tenant.schema_version == 0 && tenant.state == TenantState::kActive;
    const bool is_marked = tenant.is_marked() || tenant.state == TenantState::kDeleted;
    return tenant.schema_is_known && is_marked && !is_new;
  };
  const bool is_known = !found.ok() || !found->has_value() || is_settled(**found);
  if (is_known || !lookups_.prepare) return done(std::move(found));
  lookups_.prepare(
      **found, [this, key, deadline, done = std::move(done)](const absl::Status& ready) mutable {
        if (!ready.ok()) return done(ready);
        Load(key, deadline,
             [done = std::move(done)](absl::StatusOr<std::optional<Tenant>> again) mutable {
               if (!again.ok() || !again->has_value() || (*again)->schema_is_known) {
                 return done(std::move(again));
               }
               done(SchemaChangedError());  // once more, meanwhile
             });
      });
}

void TenantDirectory::Admit(const std::optional<Tenant>& found,
                            Callback<ResolvedTenant> done) const {
  if (!found.has_value()) {
    return done(single_schema_.has_value() ? NotMadeYetError() : TenantNotFoundError());
  }
  if (found->state == TenantState::kDeleted) return done(TenantNotFoundError());
  ResolvedTenant resolved{.tenant = found->key(), .multitenant = !single_schema_.has_value()};
  if (found->state == TenantState::kSuspended) {
    resolved.refusal = TenantSuspendedError(found->state_reason);
  }
  if (!lookups_.prepare) return done(std::move(resolved));
  lookups_.prepare(*found, [resolved = std::move(resolved),
                            done = std::move(done)](const absl::Status& ready) mutable {
    if (!ready.ok()) return done(ready);
    done(std::move(resolved));
  });
}

void TenantDirectory::Refresh(const std::vector<SchemaName>& names,
                              absl::AnyInvocable<void()> done) {
  if (names.empty()) return done();
  struct Round {
    std::atomic<size_t> left;
    absl::AnyInvocable<void()> done;
  };
  auto round = std::make_shared<Round>();
  round->left = names.size();
  round->done = std::move(done);
  for (const SchemaName& name : names) {
    cache_.Forget({.is_domain = false, .text = name.text()});
    Resolve({.name = name.text(), .host = {}},
            [round](const absl::StatusOr<ResolvedTenant>& /*resolved*/) {
              if (--round->left == 0) round->done();
            });
  }
}

void TenantDirectory::Forget(const SchemaName& name, const std::vector<std::string>& domains) {
  cache_.Forget({.is_domain = false, .text = name.text()});
  for (const std::string& domain : domains) {
    cache_.Forget({.is_domain = true, .text = domain});
    cache_.Forget({.is_domain = true, .text = "www." + domain});
  }
}

void TenantDirectory::Load(const Key& key, SteadyTime deadline,
                           Callback<std::optional<Tenant>> done) const {
  auto keep = [done = std::move(done)](absl::StatusOr<std::optional<Tenant>> found) mutable {
    // What nobody asks the cache for needn't fill it.
    if (found.ok() && found->has_value()) (*found)->domains.clear();
    done(std::move(found));
  };
  if (key.is_domain) {
    lookups_.by_domain(DomainSpellings(key.text), deadline, std::move(keep));
  } else {
    lookups_.by_schema(*SchemaName::Parse(key.text), deadline, std::move(keep));
  }
}

void TenantDirectory::LoadForStranger(const Key& key, const std::string& network,
                                      SteadyTime deadline,
                                      Callback<std::optional<Tenant>> done) const {
  strangers_->Admit(network, /*group=*/"",
                    [this, key, deadline,
                     done = std::move(done)](absl::StatusOr<Strangers::Visit> visit) mutable {
                      if (!visit.ok()) return done(visit.status());
                      Load(key, deadline,
                           [visit = std::optional(*std::move(visit)), done = std::move(done)](
                               absl::StatusOr<std::optional<Tenant>> found) mutable {
                             if (found.ok() && !found->has_value()) visit->Failed();
                             visit.reset();
                             done(std::move(found));
                           });
                    });
}

}  // namespace chatter::identity
