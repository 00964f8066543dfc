// The statements that look tenants up and list them: in Chatter's own directory, or in the tables
// of django-tenants, which are read live.
//
// Plain values. The texts must stay where they are while a database runs them: it knows a statement
// by its address.
#ifndef CHATTER_SERVER_STORE_DIRECTORY_SQL_H_
#define CHATTER_SERVER_STORE_DIRECTORY_SQL_H_

#include "server/model/ids.h"
#include "server/postgres/sql_text.h"

namespace chatter::store {

struct DirectorySql {
  postgres::ControlSql find;
  postgres::ControlSql find_by_domain;
  postgres::ControlSql check;
  postgres::ControlSql list;

  static DirectorySql Own();

  // `tenants` has the columns `key` and schema_name, `domains` has domain and tenant_id, which
  // refers to `key`.
  // REQUIRES: both name their schema.
  static DirectorySql OfDjangoTenants(const TableName& tenants, const SqlIdentifier& key,
                                      const TableName& domains);
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_DIRECTORY_SQL_H_
