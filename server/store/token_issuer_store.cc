#include "server/store/token_issuer_store.h"

#include <utility>

#include "server/postgres/databases.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

TokenIssuer ReadIssuer(const postgres::Rows& rows, int row) {
  return {.issuer = std::string(rows.GetText(row, 0)),
          .audience = std::string(rows.GetText(row, 1)),
          .jwks = std::string(rows.GetText(row, 2)),
          .jwks_uri = std::string(rows.GetText(row, 3)),
          .create_users = rows.GetBool(row, 4),
          .created_at = rows.GetTime(row, 5),
          .user_claim = std::string(rows.GetText(row, 6)),
          .audience_may_be_absent = rows.GetBool(row, 7)};
}

// The issuer in the only row, if there is one.
Callback<postgres::Rows> ReadOne(Callback<std::optional<TokenIssuer>> done) {
  return Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
    if (rows.size() == 0) return answer(std::optional<TokenIssuer>());
    answer(ReadIssuer(rows, 0));
  });
}

}  // namespace

void TokenIssuerStore::Set(const SchemaName& tenant, const TokenIssuer& issuer, int max_issuers,
                           SteadyTime deadline, Callback<std::optional<TokenIssuer>> done) {
  postgres::ControlStatement statement{sql::kSetTokenIssuer, {}};
  statement.params.Text(tenant.text())
      .Text(issuer.issuer)
      .Text(issuer.audience)
      .Text(issuer.jwks)
      .Text(issuer.jwks_uri)
      .Smallint(issuer.create_users ? 1 : 0)
      .Int(max_issuers)
      .Text(issuer.user_claim)
      .Bool(issuer.audience_may_be_absent);
  postgres::RunOne(control_, std::move(statement), deadline, postgres::kIdempotent,
                   ReadOne(std::move(done)));
}

void TokenIssuerStore::List(const SchemaName& tenant, SteadyTime deadline,
                            Callback<std::vector<TokenIssuer>> done) {
  postgres::ControlStatement statement{sql::kListTokenIssuers, {}};
  statement.params.Text(tenant.text());
  postgres::RunOne(control_, std::move(statement), deadline, postgres::kIdempotent,
                   Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
                     std::vector<TokenIssuer> issuers;
                     for (int row = 0; row < rows.size(); ++row)
                       issuers.push_back(ReadIssuer(rows, row));
                     answer(std::move(issuers));
                   }));
}

void TokenIssuerStore::Find(const SchemaName& tenant, const std::string& issuer,
                            SteadyTime deadline, Callback<std::optional<TokenIssuer>> done) {
  postgres::ControlStatement statement{sql::kFindTokenIssuer, {}};
  statement.params.Text(tenant.text()).Text(issuer);
  postgres::RunOne(control_, std::move(statement), deadline, postgres::kIdempotent,
                   ReadOne(std::move(done)));
}

void TokenIssuerStore::Delete(const SchemaName& tenant, const std::string& issuer,
                              SteadyTime deadline, Callback<bool> done) {
  postgres::ControlStatement statement{sql::kDeleteTokenIssuer, {}};
  statement.params.Text(tenant.text()).Text(issuer);
  postgres::RunOne(control_, std::move(statement), deadline, postgres::kOnce,
                   Then(std::move(done),
                        [](const postgres::Rows& rows, auto& answer) { answer(rows.size() > 0); }));
}

void TokenIssuerStore::CreateUser(const TenantKey& tenant, const std::string& user_id,
                                  const std::string& display_name, SteadyTime deadline,
                                  Callback<bool> done) {
  postgres::TenantStatement statement{sql::kCreateTokenUser, tenant, {}};
  statement.params.Text(user_id).Text(display_name);
  // Should the users become the application's own meanwhile, nobody reads the one that is made.
  postgres::RunOne(
      control_, {sql::kHasApplicationUsers, tenant, postgres::Params().Text(tenant.text())},
      deadline, postgres::kIdempotent,
      Then(std::move(done), [this, statement = std::move(statement), deadline](
                                const postgres::Rows& found, auto& answer) mutable {
        if (found.size() > 0) return answer(false);
        postgres::RunOne(tenants_, std::move(statement), deadline, postgres::kIdempotent,
                         Then(std::move(answer), [](const postgres::Rows& made, auto& told) {
                           told(made.size() > 0);
                         }));
      }));
}

}  // namespace chatter::store
