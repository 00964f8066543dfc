// The text of a statement, which says by its type in which schema its tables are.
//
// The control schema (`chatter.`) and the tenants' (`{schema}.`) may be in different databases, so
// no statement names both, and the type of one decides which database takes it (databases.h). The
// constants of store/sql have the types that their texts ask for (cmake/EmbedSql.cmake). Values.
#ifndef CHATTER_SERVER_POSTGRES_SQL_TEXT_H_
#define CHATTER_SERVER_POSTGRES_SQL_TEXT_H_

#include <string_view>

namespace chatter::postgres {

enum class SqlHome { kAnywhere, kControl, kTenant };

template <SqlHome home>
class SqlText {
 public:
  // A statement is known by the address of its text: which stays there, and what it is.
  explicit constexpr SqlText(std::string_view text) : text_(text) {}
  // What names neither schema goes anywhere.
  template <SqlHome other>
  requires(other == SqlHome::kAnywhere && home != SqlHome::kAnywhere)
      // NOLINTNEXTLINE(google-explicit-constructor)
      constexpr SqlText(SqlText<other> text)
      : text_(text) {}

  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr operator std::string_view() const { return text_; }

 private:
  std::string_view text_;
};

using AnySql = SqlText<SqlHome::kAnywhere>;
using ControlSql = SqlText<SqlHome::kControl>;
using TenantSql = SqlText<SqlHome::kTenant>;

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_SQL_TEXT_H_
