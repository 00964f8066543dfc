// Which columns a statement's rows have, and whether an answer has them.
//
// They stand in the statement's file, in the comment at its head:
//   -- Gives: id uuid, name text, roles smallint[]
// and come from there into the head of its text (cmake/EmbedSql.cmake). An answer with other
// columns belongs to another question. One with the same columns of other types comes from a table
// that somebody has changed.
#ifndef CHATTER_SERVER_POSTGRES_STATEMENT_SHAPE_H_
#define CHATTER_SERVER_POSTGRES_STATEMENT_SHAPE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct pg_result;  // libpq's

namespace chatter::postgres {

class StatementShape {
 public:
  // From a statement's text. One that says nothing of its columns takes any.
  explicit StatementShape(std::string_view sql);

  enum class Verdict { kMatches, kOtherTypes, kOtherColumns };
  struct Comparison {
    Verdict verdict = Verdict::kMatches;
    int column = 0;  // the first that differs
  };
  Comparison Compare(const pg_result* result) const;

 private:
  struct Column {
    std::string name;
    uint32_t type;
  };
  std::optional<std::vector<Column>> columns_;
};

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_STATEMENT_SHAPE_H_
