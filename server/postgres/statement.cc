#include "server/postgres/statement.h"

#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <unordered_set>

#include "absl/strings/str_replace.h"
#include "common/mutex.h"
#include "server/postgres/pg_types.h"

namespace chatter::postgres {
namespace {

// PostgreSQL counts microseconds from here.
absl::Time Epoch() { return absl::FromUnixSeconds(946'684'800); }  // 2000-01-01T00:00:00Z

template <typename Int>
void AppendBigEndian(std::string& out, Int value) {
  for (int shift = static_cast<int>(sizeof(Int)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(static_cast<uint64_t>(value) >> shift));
  }
}

uint64_t ReadBigEndian(const char* data, int size) {
  uint64_t value = 0;
  for (int i = 0; i < size; ++i) value = value << 8 | static_cast<uint8_t>(data[i]);
  return value;
}

// Calls `take` with the bytes of each element of an array of one dimension. Leaves out nulls, and
// whatever an array of more dimensions holds: the server writes neither.
template <typename Take>
void ForEachElement(std::string_view array, Take take) {
  constexpr size_t kHeader = 20;
  constexpr uint64_t kNull = 0xFFFFFFFF;
  if (array.size() < kHeader || ReadBigEndian(array.data(), 4) != 1) return;
  const uint64_t count = ReadBigEndian(array.data() + 12, 4);
  array.remove_prefix(kHeader);
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t size = ReadBigEndian(array.data(), 4);
    array.remove_prefix(4);
    if (size == kNull) continue;
    take(array.substr(0, size));
    array.remove_prefix(size);
  }
}

std::string EncodeTime(absl::Time value) {
  std::string out;
  AppendBigEndian(out, absl::ToInt64Microseconds(value - Epoch()));
  return out;
}

std::string_view View(const RoomId& id) {
  return {reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()};
}

std::string_view View(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string_view View(std::string_view text) { return text; }

// As a bigint.
int64_t ClampSeq(uint64_t seq) {
  return static_cast<int64_t>(std::min<uint64_t>(seq, std::numeric_limits<int64_t>::max()));
}

// A one-dimensional array without nulls.
template <typename Values>
std::string EncodeArray(uint32_t element_type, const Values& values) {
  std::string out;
  const bool empty = values.empty();
  AppendBigEndian<int32_t>(out, empty ? 0 : 1);  // dimensions
  AppendBigEndian<int32_t>(out, 0);              // no nulls
  AppendBigEndian<uint32_t>(out, element_type);
  if (empty) return out;
  AppendBigEndian<int32_t>(out, static_cast<int32_t>(values.size()));
  AppendBigEndian<int32_t>(out, 1);  // the first index
  for (const auto& value : values) {
    const std::string_view bytes = View(value);
    AppendBigEndian<int32_t>(out, static_cast<int32_t>(bytes.size()));
    out.append(bytes);
  }
  return out;
}

}  // namespace

Params& Params::Add(uint32_t type, std::optional<std::string> value) {
  if (types_.empty()) {
    constexpr size_t kUsual = 4;
    types_.reserve(kUsual);
    values_.reserve(kUsual);
  }
  types_.push_back(type);
  values_.push_back(std::move(value));
  return *this;
}

Params& Params::Text(std::string_view value) { return Add(kText, std::string(value)); }

Params& Params::Int(int64_t value) {
  std::string out;
  AppendBigEndian(out, value);
  return Add(kInt8, std::move(out));
}

Params& Params::Seq(uint64_t value) { return Int(ClampSeq(value)); }

Params& Params::Smallint(int16_t value) {
  std::string out;
  AppendBigEndian(out, value);
  return Add(kInt2, std::move(out));
}

Params& Params::Bool(bool value) { return Add(kBool, std::string(1, value ? '\1' : '\0')); }

Params& Params::Bytes(std::string_view value) { return Add(kBytea, std::string(value)); }

Params& Params::Digest(const Sha256Digest& value) { return Bytes(View(value)); }

Params& Params::Uuid(const RoomId& value) { return Add(kUuid, std::string(View(value))); }

Params& Params::Time(absl::Time value) { return Add(kTimestamptz, EncodeTime(value)); }

Params& Params::NullTime() { return Add(kTimestamptz, std::nullopt); }

Params& Params::NullUuid() { return Add(kUuid, std::nullopt); }

Params& Params::NullText() { return Add(kText, std::nullopt); }

Params& Params::Who(const Asker& asker) {
  return asker.is_service() ? NullText() : Text(asker.user_id());
}

Params& Params::NullBytes() { return Add(kBytea, std::nullopt); }

Params& Params::Texts(const std::vector<std::string>& values) {
  return Add(kTextArray, EncodeArray(kText, values));
}

Params& Params::Texts(const std::vector<std::string_view>& values) {
  return Add(kTextArray, EncodeArray(kText, values));
}

Params& Params::Digests(const std::vector<Sha256Digest>& values) {
  return Add(kByteaArray, EncodeArray(kBytea, values));
}

Params& Params::Blobs(const std::vector<std::string>& values) {
  return Add(kByteaArray, EncodeArray(kBytea, values));
}

Params& Params::Blobs(const std::vector<std::string_view>& values) {
  return Add(kByteaArray, EncodeArray(kBytea, values));
}

Params& Params::Seqs(const std::vector<uint64_t>& values) {
  std::vector<std::string> encoded(values.size());
  for (size_t i = 0; i < values.size(); ++i) AppendBigEndian(encoded[i], ClampSeq(values[i]));
  return Add(kInt8Array, EncodeArray(kInt8, encoded));
}

Params& Params::Smallints(const std::vector<int16_t>& values) {
  std::vector<std::string> encoded(values.size());
  for (size_t i = 0; i < values.size(); ++i) AppendBigEndian(encoded[i], values[i]);
  return Add(kInt2Array, EncodeArray(kInt2, encoded));
}

Params& Params::Times(const std::vector<absl::Time>& values) {
  std::vector<std::string> encoded;
  encoded.reserve(values.size());
  for (const absl::Time value : values) encoded.push_back(EncodeTime(value));
  return Add(kTimestamptzArray, EncodeArray(kTimestamptz, encoded));
}

Params& Params::Uuids(const std::vector<RoomId>& values) {
  return Add(kUuidArray, EncodeArray(kUuid, values));
}

Params& Params::Inferred(std::string_view value) { return Add(kInferred, std::string(value)); }

Params& Params::InferredArray(const std::vector<std::string>& values) {
  std::string literal = "{";
  for (const std::string& value : values) {
    literal += literal.size() == 1 ? "\"" : ",\"";
    for (const char c : value) {
      if (c == '"' || c == '\\') literal.push_back('\\');
      literal.push_back(c);
    }
    literal.push_back('"');
  }
  literal.push_back('}');
  return Add(kInferred, std::move(literal));
}

std::string RenderSql(std::string_view sql, const SchemaName& schema) {
  const std::string quoted = schema.Quoted();
  return absl::StrReplaceAll({sql.data(), sql.size()}, {{"{schema}", quoted}});
}

std::string_view KeepSql(std::string sql) {
  // Never destroyed: connections may outlive whatever has a destructor. Nodes don't move.
  static Mutex& mu = *new Mutex;
  static auto& kept = *new std::unordered_set<std::string>;
  MutexLock lock(mu);
  return *kept.insert(std::move(sql)).first;
}

std::string_view NameOf(const Statement& statement) {
  constexpr std::string_view kBegin = "/*";
  std::string_view text = statement.sql;
  if (!text.starts_with(kBegin)) return "";
  text.remove_prefix(kBegin.size());
  return text.substr(0, text.find_first_of(":*"));
}

std::string Statement::Render() const {
  return tenant.has_value() ? RenderSql(sql, tenant->name) : std::string(sql);
}

void Rows::Free::operator()(pg_result* result) const { PQclear(result); }

Rows::Rows() = default;
Rows::Rows(pg_result* result) : result_(result) {}
Rows::Rows(Rows&&) noexcept = default;
Rows& Rows::operator=(Rows&&) noexcept = default;
Rows::~Rows() = default;

int Rows::size() const { return PQntuples(result_.get()); }

bool Rows::IsNull(int row, int column) const {
  return PQgetisnull(result_.get(), row, column) != 0;
}

size_t Rows::Length(int row, int column) const {
  return static_cast<size_t>(PQgetlength(result_.get(), row, column));
}

std::string_view Rows::Value(int row, int column, std::initializer_list<uint32_t> types) const {
  const auto type = PQftype(result_.get(), column);
  if (std::find(types.begin(), types.end(), type) == types.end()) std::abort();
  return {PQgetvalue(result_.get(), row, column), Length(row, column)};
}

bool Rows::GetBool(int row, int column) const {
  const std::string_view value = Value(row, column, {kBool});
  return !value.empty() && value[0] != 0;
}

int64_t Rows::GetInt(int row, int column) const {
  const std::string_view value = Value(row, column, {kInt2, kInt4, kInt8});
  switch (value.size()) {
    case 2:
      return static_cast<int16_t>(ReadBigEndian(value.data(), 2));
    case 4:
      return static_cast<int32_t>(ReadBigEndian(value.data(), 4));
    case 8:
      return static_cast<int64_t>(ReadBigEndian(value.data(), 8));
    default:
      return 0;
  }
}

std::string_view Rows::GetText(int row, int column) const {
  return Value(row, column, {kText, kBytea});
}

std::string Rows::GetTextOrEmpty(int row, int column) const {
  return std::string(GetText(row, column));
}

Sha256Digest Rows::GetDigest(int row, int column) const {
  const std::string_view bytes = GetText(row, column);
  Sha256Digest digest{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

RoomId Rows::GetUuid(int row, int column) const {
  const std::string_view value = Value(row, column, {kUuid});
  std::array<uint8_t, 16> bytes{};
  std::copy_n(value.begin(), std::min(value.size(), bytes.size()), bytes.begin());
  return RoomId::FromBytes(bytes);
}

absl::Time Rows::GetTime(int row, int column) const {
  const std::string_view value = Value(row, column, {kTimestamptz});
  if (value.size() != 8) return Epoch();
  const auto micros = static_cast<int64_t>(ReadBigEndian(value.data(), 8));
  // PostgreSQL's infinities.
  if (micros == std::numeric_limits<int64_t>::max()) return absl::InfiniteFuture();
  if (micros == std::numeric_limits<int64_t>::min()) return absl::InfinitePast();
  return Epoch() + absl::Microseconds(micros);
}

std::vector<std::string> Rows::GetTexts(int row, int column) const {
  std::vector<std::string> values;
  ForEachElement(Value(row, column, {kTextArray}),
                 [&](std::string_view element) { values.emplace_back(element); });
  return values;
}

std::vector<int16_t> Rows::GetSmallints(int row, int column) const {
  std::vector<int16_t> values;
  ForEachElement(Value(row, column, {kInt2Array}), [&](std::string_view element) {
    values.push_back(static_cast<int16_t>(ReadBigEndian(element.data(), 2)));
  });
  return values;
}

}  // namespace chatter::postgres
