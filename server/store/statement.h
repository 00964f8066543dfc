// One SQL statement with its parameters, and the rows that it gives.
//
// Parameters and results travel in PostgreSQL's binary format: nothing is escaped or parsed as
// text. Not thread-safe; values to be moved about.
#ifndef CHATTER_SERVER_STORE_STATEMENT_H_
#define CHATTER_SERVER_STORE_STATEMENT_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "server/base/crypto.h"
#include "server/model/ids.h"

struct pg_result;  // libpq's

namespace chatter::store {

// The values for $1, $2 ... in order.
class Params {
 public:
  Params& Text(std::string_view value);
  Params& Int(int64_t value);
  Params& Smallint(int16_t value);
  Params& Bytes(std::string_view value);
  Params& Digest(const Sha256Digest& value);
  Params& Uuid(const RoomId& value);
  Params& Time(absl::Time value);
  Params& NullTime();
  Params& NullUuid();
  Params& Texts(const std::vector<std::string>& values);
  Params& Texts(const std::vector<std::string_view>& values);
  Params& Uuids(const std::vector<RoomId>& values);

  int count() const { return static_cast<int>(values_.size()); }
  const std::vector<uint32_t>& types() const { return types_; }
  const std::vector<std::optional<std::string>>& values() const { return values_; }

 private:
  Params& Add(uint32_t type, std::optional<std::string> value);

  std::vector<uint32_t> types_;
  std::vector<std::optional<std::string>> values_;
};

struct Statement {
  // The text of a statement in server/store/sql: static, so that its address identifies it. May
  // hold
  // `{schema}`, which stands for the quoted name of the tenant's schema.
  std::string_view sql;
  std::optional<SchemaName> schema;
  Params params;

  // What PostgreSQL is given.
  std::string Render() const;
};

// `sql` with each `{schema}` replaced.
std::string RenderSql(std::string_view sql, const SchemaName& schema);

// The rows that a statement gave. The getters abort when the column isn't of the type they want:
// the statement and its reader stand side by side.
class Rows {
 public:
  Rows();
  explicit Rows(pg_result* result);  // takes ownership
  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) noexcept;
  ~Rows();

  int size() const;
  bool IsNull(int row, int column) const;
  bool GetBool(int row, int column) const;
  int64_t GetInt(int row, int column) const;            // smallint, integer or bigint
  std::string_view GetText(int row, int column) const;  // text or bytea; valid while the rows are
  RoomId GetUuid(int row, int column) const;
  absl::Time GetTime(int row, int column) const;
  std::vector<std::string> GetTexts(int row, int column) const;  // text[] without nulls

 private:
  struct Free {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Free> result_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_STATEMENT_H_
