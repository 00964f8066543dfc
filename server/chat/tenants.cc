#include "server/chat/tenants.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/chat/page_token.h"
#include "server/chat/permissions.h"
#include "server/chat/users.h"
#include "server/chat/validate.h"
#include "server/identity/session_token.h"
#include "server/model/errors.h"

namespace chatter::chat {
namespace {

constexpr size_t kMaxDomains = 20;
constexpr PageSizes kPageSizes{.if_zero = 50, .max = 500};
constexpr absl::Duration kDefaultSessionTtl = absl::Hours(12);

absl::Status TenantNotFoundError() {
  return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_TENANT_NOT_FOUND,
                   "There is no such tenant.");
}

absl::Status SessionNotFoundError() {
  return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_SESSION_NOT_FOUND,
                   "The tenant has no such session.");
}

absl::Status TooManyCreationsError() {
  return MakeRetryableError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_OVERLOADED,
                            "Too many tenants are waiting to be made. Retry a little later.",
                            absl::Seconds(5));
}

absl::Status DrainingError() {
  return MakeError(absl::StatusCode::kUnavailable, v1::ERROR_REASON_DRAINING,
                   "The server is going away. Connect anew and retry.");
}

void CheckDomains(const std::vector<std::string>& domains, FieldViolations& violations) {
  if (domains.size() > kMaxDomains) {
    violations.Add("tenant.domains", absl::StrCat("must be at most ", kMaxDomains, " domains"));
    return;
  }
  for (size_t i = 0; i < domains.size(); ++i) {
    const std::string path = absl::StrCat("tenant.domains[", i, "]");
    AddProblem(path, DomainProblem(domains[i]), violations);
    const auto here = domains.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(domains.begin(), here, domains[i]) != here) {
      violations.Add(path, "must differ from the domains before it");
    }
  }
}

}  // namespace

void Tenants::Create(const Caller& caller, NewTenant request, Callback<Tenant> done) {
  if (absl::Status status = RequireAdministrator(caller); !status.ok()) {
    return done(std::move(status));
  }
  FieldViolations violations;
  const auto name = ParseSchemaName("tenant.schema_name", request.schema_name, violations);
  AddProblem("tenant.display_name", DisplayNameProblem(request.display_name), violations);
  CheckDomains(request.domains, violations);
  if (!violations.empty()) return done(violations.ToStatus());

  if (waiting_creations_.fetch_add(1) >= kMaxWaitingCreations) {
    --waiting_creations_;
    return done(TooManyCreationsError());
  }
  creations_.Post([this, deadline = caller.deadline,
                   tenant = Tenant{.schema_name = *name,
                                   .display_name = std::move(request.display_name),
                                   .domains = std::move(request.domains),
                                   .created_at = {}},
                   done = std::move(done)]() mutable {
    --waiting_creations_;
    done(CreateNow(tenant, deadline));
  });
}

absl::StatusOr<Tenant> Tenants::CreateNow(const Tenant& tenant, absl::Time deadline) {
  if (draining_) return DrainingError();
  // The caller has left: others wait.
  if (deps_.clock.Now() >= deadline) return TooManyCreationsError();
  absl::StatusOr<Tenant> created = deps_.migrator.CreateTenant(tenant);
  // That there was no such tenant may be in the cache.
  if (created.ok()) deps_.directory.Forget(*created);
  return created;
}

void Tenants::Find(const SchemaName& schema, absl::Time deadline, Callback<Tenant> done) {
  deps_.tenants.Find(schema, deadline,
                     [done = std::move(done)](absl::StatusOr<std::optional<Tenant>> found) mutable {
                       if (!found.ok()) return done(std::move(found).status());
                       if (!found->has_value()) return done(TenantNotFoundError());
                       done(**std::move(found));
                     });
}

void Tenants::Get(const Caller& caller, std::string_view schema_name, Callback<Tenant> done) {
  if (absl::Status status = RequireAdministrator(caller); !status.ok()) {
    return done(std::move(status));
  }
  FieldViolations violations;
  const auto name = ParseSchemaName("schema_name", schema_name, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  Find(*name, caller.deadline, std::move(done));
}

void Tenants::List(const Caller& caller, int32_t page_size, std::string_view page_token,
                   Callback<Page> done) {
  if (absl::Status status = RequireAdministrator(caller); !status.ok()) {
    return done(std::move(status));
  }
  FieldViolations violations;
  const int limit = ParsePageSize(page_size, kPageSizes, violations);
  std::string after;
  if (!page_token.empty()) {
    after = ReadPageToken(PageKind::kTenants, page_token).value_or("");
    if (!SchemaName::Parse(after).has_value()) violations.Add("page_token", kPageTokenProblem);
  }
  if (!violations.empty()) return done(violations.ToStatus());

  deps_.tenants.List(
      after, limit + 1, caller.deadline,
      [limit, done = std::move(done)](absl::StatusOr<std::vector<Tenant>> tenants) mutable {
        if (!tenants.ok()) return done(std::move(tenants).status());
        Page page{.tenants = *std::move(tenants), .next_page_token = {}};
        if (CutToPage(page.tenants, limit)) {
          page.next_page_token =
              MakePageToken(PageKind::kTenants, page.tenants.back().schema_name.text());
        }
        done(std::move(page));
      });
}

void Tenants::CreateSession(const Caller& caller, SessionRequest request,
                            Callback<NewSession> done) {
  if (absl::Status status = RequireAdministrator(caller); !status.ok()) {
    return done(std::move(status));
  }
  const absl::Duration ttl = request.ttl.value_or(kDefaultSessionTtl);
  FieldViolations violations;
  const auto name = ParseSchemaName("schema_name", request.schema_name, violations);
  AddProblem("user_id", UserIdProblem(request.user_id), violations);
  AddProblem("ttl", SessionTtlProblem(ttl), violations);
  if (!violations.empty()) return done(violations.ToStatus());

  // The schema of a tenant that doesn't exist must not be touched.
  Find(*name, caller.deadline,
       [this, user_id = std::move(request.user_id), ttl, deadline = caller.deadline,
        done = std::move(done)](absl::StatusOr<Tenant> tenant) mutable {
         if (!tenant.ok()) return done(std::move(tenant).status());
         StoreSession(tenant->schema_name, user_id, ttl, deadline, std::move(done));
       });
}

void Tenants::StoreSession(const SchemaName& schema, const std::string& user_id, absl::Duration ttl,
                           absl::Time deadline, Callback<NewSession> done) {
  std::string token = identity::GenerateSessionToken();
  const Sha256Digest digest = identity::SessionTokenDigest(token).value();
  deps_.users.CreateSession(
      schema, user_id, digest, ttl, deadline,
      [token = std::move(token),
       done = std::move(done)](absl::StatusOr<std::optional<Session>> session) mutable {
        if (!session.ok()) return done(std::move(session).status());
        if (!session->has_value()) return done(UserNotFoundError());
        done(NewSession{.session = **std::move(session), .token = std::move(token)});
      });
}

void Tenants::RevokeSession(const Caller& caller, std::string_view schema_name,
                            std::string_view session_id, Callback<Revoked> done) {
  if (absl::Status status = RequireAdministrator(caller); !status.ok()) {
    return done(std::move(status));
  }
  FieldViolations violations;
  const auto name = ParseSchemaName("schema_name", schema_name, violations);
  const auto digest = ParseSessionId(session_id, violations);
  if (!violations.empty()) return done(violations.ToStatus());

  Find(*name, caller.deadline,
       [this, token_digest = *digest, deadline = caller.deadline,
        done = std::move(done)](absl::StatusOr<Tenant> tenant) mutable {
         if (!tenant.ok()) return done(std::move(tenant).status());
         DeleteSession(tenant->schema_name, token_digest, deadline, std::move(done));
       });
}

void Tenants::DeleteSession(const SchemaName& schema, const Sha256Digest& digest,
                            absl::Time deadline, Callback<Revoked> done) {
  deps_.users.RevokeSession(
      schema, digest, deadline,
      [this, schema, digest, done = std::move(done)](absl::StatusOr<bool> revoked) mutable {
        // Whatever the answer: it may have been revoked elsewhere, or before an answer was lost.
        deps_.sessions.Forget(schema, digest);
        if (!revoked.ok()) return done(std::move(revoked).status());
        if (!*revoked) return done(SessionNotFoundError());
        done(Revoked{});
      });
}

}  // namespace chatter::chat
