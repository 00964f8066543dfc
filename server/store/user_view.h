// The view through which a tenant's users are read: over Chatter's own table, or over one of the
// application's.
//
// Pure functions; whoever migrates the tenant runs what they render.
#ifndef CHATTER_SERVER_STORE_USER_VIEW_H_
#define CHATTER_SERVER_STORE_USER_VIEW_H_

#include <optional>
#include <string>

#include "server/model/ids.h"

namespace chatter::store {

// Which table of the application's has its users, and which columns.
struct UserSource {
  TableName table;
  SqlIdentifier id;                     // becomes the user's id, as text
  SqlIdentifier display_name;           // likewise, as text
  std::optional<SqlIdentifier> active;  // boolean; nullopt: all are active
};

// SQL that makes `{schema}.chatter_user_view` read from `source` (nullopt: from Chatter's own
// table), whatever it read from before. Several statements, for one transaction; changes nothing of
// the application's. Works where the application's table doesn't exist yet, and neither the view
// nor its function keeps that table from being altered or dropped: what doesn't fit shows when
// users are read. REQUIRES: the tenant's second migration has been applied.
std::string RenderUserView(const SchemaName& schema, const std::optional<UserSource>& source);

// Tells two sources apart: for chatter.tenant.user_source. Chatter's own table: empty.
std::string UserSourceFingerprint(const std::optional<UserSource>& source);

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_USER_VIEW_H_
