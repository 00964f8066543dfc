#include "server/store/directory_sql.h"

#include <string_view>

#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "server/postgres/statement.h"
#include "server/store/sql.h"

namespace chatter::store {

DirectorySql DirectorySql::Own() {
  return {.find = sql::kFindTenant,
          .find_by_domain = sql::kFindTenantByDomain,
          .check = sql::kCheckTenants,
          .list = sql::kListTenants};
}

DirectorySql DirectorySql::OfDjangoTenants(const TableName& tenants, const SqlIdentifier& key,
                                           const TableName& domains) {
  const auto render = [&](std::string_view sql) {
    return postgres::ControlSql(postgres::KeepSql(absl::StrReplaceAll(
        absl::string_view(sql.data(), sql.size()), {{"{tenant_table}", tenants.Quoted()},
                                                    {"{tenant_key}", key.Quoted()},
                                                    {"{domain_table}", domains.Quoted()}})));
  };
  return {.find = render(sql::kFindDjangoTenant),
          .find_by_domain = render(sql::kFindDjangoTenantByDomain),
          .check = render(sql::kCheckDjangoTenants),
          .list = render(sql::kListDjangoTenants)};
}

}  // namespace chatter::store
