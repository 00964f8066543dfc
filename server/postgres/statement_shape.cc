#include "server/postgres/statement_shape.h"

#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/postgres/pg_types.h"

namespace chatter::postgres {
namespace {

// What the head of a statement's text says of its columns: of `/*name: id uuid, name text*/ SELECT`
// what stands behind the colon. It may hold comments of its own: marks, which say nothing here.
std::optional<std::string> ColumnsIn(std::string_view sql) {
  const size_t begin = sql.find_first_of(":*", 2);
  if (!sql.starts_with("/*") || begin == std::string_view::npos || sql[begin] == '*') {
    return std::nullopt;
  }
  std::string columns;
  int depth = 1;
  for (size_t i = begin + 1; i < sql.size() && depth > 0; ++i) {
    if (const std::string_view two = sql.substr(i, 2); two == "/*" || two == "*/") {
      depth += two == "/*" ? 1 : -1;
      ++i;
    } else if (depth == 1) {
      columns.push_back(sql[i]);
    }
  }
  return columns;
}

}  // namespace

StatementShape::StatementShape(std::string_view sql) {
  const std::optional<std::string> text = ColumnsIn(sql);
  if (!text.has_value()) return;
  columns_.emplace();
  for (absl::string_view column : absl::StrSplit(*text, ',')) {
    column = absl::StripAsciiWhitespace(column);
    if (column.empty() || column == "nothing") continue;
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(column, absl::MaxSplits(' ', 1));
    columns_->push_back({parts.first, TypeNamed(parts.second)});
  }
}

StatementShape::Comparison StatementShape::Compare(const pg_result* result) const {
  if (!columns_.has_value()) return {};
  const int count = static_cast<int>(columns_->size());
  if (PQnfields(result) != count) return {Verdict::kOtherColumns, 0};
  Comparison comparison;
  for (int i = 0; i < count; ++i) {
    const Column& column = (*columns_)[static_cast<size_t>(i)];
    if (column.name != PQfname(result, i)) return {Verdict::kOtherColumns, i};
    if (column.type != PQftype(result, i) && comparison.verdict == Verdict::kMatches) {
      comparison = {Verdict::kOtherTypes, i};
    }
  }
  return comparison;
}

}  // namespace chatter::postgres
