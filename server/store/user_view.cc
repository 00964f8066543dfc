#include "server/store/user_view.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/postgres/statement.h"
#include "server/store/sql.h"

namespace chatter::store {

std::string RenderUserView(const SchemaName& schema, const std::optional<UserSource>& source) {
  if (!source.has_value()) return postgres::RenderSql(sql::kReadOwnUsers, schema);
  const std::string_view text = sql::kReadApplicationUsers;
  const std::string sql = absl::StrReplaceAll(
      {text.data(), text.size()},
      {{"{id}", source->id.Quoted()},
       {"{name}", source->display_name.Quoted()},
       {"{active}", source->active.has_value()
                        ? absl::StrCat("coalesce(u.", source->active->Quoted(), ", false)")
                        : "true"},
       {"{user_table}", source->table.Quoted()}});
  return postgres::RenderSql(sql, schema);
}

std::string UserSourceFingerprint(const std::optional<UserSource>& source) {
  if (!source.has_value()) return "";
  // No identifier has a blank. The number is that of the rendering above: raise it with a change.
  return absl::StrCat("2 ", source->table.Quoted(), " ", source->id.text(), " ",
                      source->display_name.text(), " ",
                      source->active.has_value() ? source->active->text() : "none");
}

}  // namespace chatter::store
