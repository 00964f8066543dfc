// The language by whose rules messages are searched, for the texts of statements.
//
// Values and pure functions.
#ifndef CHATTER_SERVER_STORE_SEARCH_LANGUAGE_H_
#define CHATTER_SERVER_STORE_SEARCH_LANGUAGE_H_

#include <optional>
#include <string>
#include <string_view>

#include "server/model/ids.h"

namespace chatter::store {

// The name of a text search configuration in pg_catalog: 1 to 32 bytes of `a-z` and `_`. Whether
// there is such a one, PostgreSQL knows.
class SearchLanguage {
 public:
  static std::optional<SearchLanguage> Parse(std::string_view name);

  const std::string& name() const { return name_; }
  // As a constant, which the expression of an index can hold.
  std::string Quoted() const { return "'pg_catalog." + name_ + "'::regconfig"; }

  // The indexes of the tenant's messages: as they were sent, and as those that were edited are now.
  // Other contents have another name, so that those of an older version are made anew.
  SqlIdentifier event_index() const {
    return *SqlIdentifier::Parse("chatter_event_parts_" + name_);
  }
  SqlIdentifier message_index() const {
    return *SqlIdentifier::Parse("chatter_message_parts_" + name_);
  }

 private:
  explicit SearchLanguage(std::string_view name) : name_(name) {}
  std::string name_;
};

// `sql` with each `{language}` replaced, at an address that is the same for the same language.
std::string_view KeepSearchSql(std::string_view sql, const SearchLanguage& language);
template <typename Sql>
Sql SearchSql(const Sql& sql, const SearchLanguage& language) {
  return Sql(KeepSearchSql(sql, language));
}

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_SEARCH_LANGUAGE_H_
