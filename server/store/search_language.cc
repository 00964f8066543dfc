#include "server/store/search_language.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "server/postgres/statement.h"

namespace chatter::store {

std::optional<SearchLanguage> SearchLanguage::Parse(std::string_view name) {
  const bool is_plain = std::all_of(
      name.begin(), name.end(), [](unsigned char c) { return absl::ascii_islower(c) || c == '_'; });
  if (name.empty() || name.size() > 32 || !is_plain) return std::nullopt;
  return SearchLanguage(name);
}

std::string_view KeepSearchSql(std::string_view sql, const SearchLanguage& language) {
  return postgres::KeepSql(
      absl::StrReplaceAll({sql.data(), sql.size()}, {{"{language}", language.Quoted()}}));
}

}  // namespace chatter::store
