// One SQL statement with its parameters, and the rows that it gives.
//
// Parameters and results travel in PostgreSQL's binary format: nothing is escaped or parsed as text
// (but for parameters whose type is another's to choose). Not thread-safe; values to be moved
// about.
#ifndef CHATTER_SERVER_POSTGRES_STATEMENT_H_
#define CHATTER_SERVER_POSTGRES_STATEMENT_H_

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "server/base/crypto.h"
#include "server/model/caller.h"
#include "server/model/ids.h"

struct pg_result;  // libpq's

namespace chatter::postgres {

// The values for $1, $2 ... in order.
class Params {
 public:
  Params& Text(std::string_view value);
  Params& Int(int64_t value);
  Params& Smallint(int16_t value);
  // A sequence number, as a bigint: no log goes further than that does.
  Params& Seq(uint64_t value);
  Params& Bool(bool value);
  Params& Bytes(std::string_view value);
  Params& Digest(const Sha256Digest& value);
  Params& Uuid(const RoomId& value);
  Params& Time(absl::Time value);
  Params& NullTime();
  Params& NullUuid();
  Params& NullBytes();
  Params& NullText();
  // A user's id; null: a service.
  Params& Who(const Asker& asker);
  Params& Texts(const std::vector<std::string>& values);
  Params& Texts(const std::vector<std::string_view>& values);
  Params& Uuids(const std::vector<RoomId>& values);
  Params& Times(const std::vector<absl::Time>& values);
  Params& Digests(const std::vector<Sha256Digest>& values);
  Params& Blobs(const std::vector<std::string>& values);
  Params& Blobs(const std::vector<std::string_view>& values);
  Params& Seqs(const std::vector<uint64_t>& values);
  Params& Smallints(const std::vector<int16_t>& values);
  // A value of whatever type the statement needs in its place: for columns of somebody else's
  // tables. Text that isn't of that type makes the statement fail with INVALID_ARGUMENT.
  Params& Inferred(std::string_view value);
  Params& InferredArray(const std::vector<std::string>& values);

  int count() const { return static_cast<int>(values_.size()); }
  const std::vector<uint32_t>& types() const { return types_; }
  const std::vector<std::optional<std::string>>& values() const { return values_; }
  // Whether a value is binary. Only those without a type aren't.
  bool is_binary(size_t place) const { return types_[place] != 0; }

 private:
  Params& Add(uint32_t type, std::optional<std::string> value);

  std::vector<uint32_t> types_;  // 0: PostgreSQL is to infer it
  std::vector<std::optional<std::string>> values_;
};

struct Statement {
  // The text of a statement in store/sql, or one kept by KeepSql: its address identifies it.
  // May hold `{schema}`, which stands for the quoted name of the tenant's schema.
  std::string_view sql;
  std::optional<TenantKey> tenant;
  Params params;
  // What is asked instead, by roles that may not ask in which history of which cluster the database
  // is. Empty: the same.
  std::string_view without_history = {};

  // What PostgreSQL is given.
  std::string Render() const;
};

// What the file is called that holds the statement's text; empty: none does. Valid while the text
// is.
std::string_view NameOf(const Statement& statement);

// `sql` with each `{schema}` replaced.
std::string RenderSql(std::string_view sql, const SchemaName& schema);

// Keeps a statement's text that was put together at the start, at one address, until the program
// ends. The same text has the same address. Thread-safe.
std::string_view KeepSql(std::string sql);

// The rows that a statement gave. The getters abort when the column isn't of the type they want:
// the statement and its reader stand side by side, and rows of another shape than the statement's
// are never delivered (statement_shape.h). Of a null they give an empty value.
class Rows {
 public:
  Rows();
  explicit Rows(pg_result* result);  // takes ownership
  const pg_result* raw() const { return result_.get(); }
  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) noexcept;
  ~Rows();

  int size() const;
  bool IsNull(int row, int column) const;
  size_t Length(int row, int column) const;  // in bytes; of null: 0
  bool GetBool(int row, int column) const;
  int64_t GetInt(int row, int column) const;              // smallint, integer or bigint
  std::string_view GetText(int row, int column) const;    // text or bytea; valid while the rows are
  std::string GetTextOrEmpty(int row, int column) const;  // the same; null is empty
  Sha256Digest GetDigest(int row, int column) const;      // bytea
  RoomId GetUuid(int row, int column) const;
  absl::Time GetTime(int row, int column) const;
  std::vector<std::string> GetTexts(int row, int column) const;  // text[] without nulls
  std::vector<int16_t> GetSmallints(int row, int column) const;  // smallint[] without nulls

 private:
  struct Free {
    void operator()(pg_result* result) const;
  };
  // The bytes of a value that is of one of these types; of null: none.
  std::string_view Value(int row, int column, std::initializer_list<uint32_t> types) const;

  std::unique_ptr<pg_result, Free> result_;
};

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_STATEMENT_H_
