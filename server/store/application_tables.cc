#include "server/store/application_tables.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

// A column, where it should be.
struct Place {
  std::string schema;
  std::string table;
  std::string column;

  std::string FullTable() const { return schema + "." + table; }
};

// What look_at_column.sql says.
struct Sight {
  bool has_schema = false;
  bool may_use = false;
  bool has_table = false;
  bool has_column = false;
  bool may_read = false;
  std::string type;
  std::string columns;
};

absl::StatusOr<Sight> Look(postgres::BlockingSession& session, const Place& place) {
  const auto rows = session.Query(sql::kLookAtColumn, {place.schema, place.table, place.column});
  if (!rows.ok()) return rows.status();
  const postgres::BlockingSession::Row& row = rows->front();
  const auto is_true = [&](size_t column) { return row[column] == "t"; };
  return Sight{.has_schema = is_true(0),
               .may_use = is_true(1),
               .has_table = is_true(2),
               .has_column = is_true(3),
               .may_read = is_true(4),
               .type = row[5].value_or(""),
               .columns = row[6].value_or("")};
}

// Of the table; empty: none.
std::string TableFault(const Place& place, const Sight& sight) {
  if (!sight.has_schema) return absl::StrCat("there is no schema \"", place.schema, "\"");
  if (!sight.may_use) {
    return absl::StrCat("the role may not use the schema ", place.schema,
                        ": GRANT USAGE ON SCHEMA \"", place.schema, "\" to it");
  }
  if (!sight.has_table) return absl::StrCat("there is no table ", place.FullTable());
  return "";
}

// Where a table that each tenant should have is shared by all: what to write instead.
absl::StatusOr<std::string> SharedTableHint(postgres::BlockingSession& session,
                                            const ApplicationColumn& wanted, const Sight& sight) {
  if (wanted.table.schema.has_value() || !sight.may_use || sight.has_table) return std::string();
  const auto shared = Look(
      session,
      {.schema = "public", .table = wanted.table.table.text(), .column = wanted.column.text()});
  if (!shared.ok()) return shared.status();
  if (!shared->has_table) return std::string();
  const std::string name = "public." + wanted.table.table.text();
  return absl::StrCat("; there is ", name, ", which all tenants share if the setting is ", name);
}

// Of the column; empty: none.
std::string ColumnFault(const Place& place, const Sight& sight, std::string_view type) {
  if (!sight.has_column) {
    return absl::StrCat("the table ", place.FullTable(), " has no column \"", place.column,
                        "\"; it has ", sight.columns);
  }
  if (!sight.may_read) {
    return absl::StrCat("the role may not read ", place.FullTable(), ".", place.column,
                        ": GRANT SELECT ON \"", place.schema, "\".\"", place.table, "\" to it");
  }
  if (!type.empty() && sight.type != type) {
    return absl::StrCat(place.FullTable(), ".", place.column, " is of the type ", sight.type,
                        ", and must be ", std::string(type));
  }
  return "";
}

std::string Line(std::string_view setting, const std::string& fault) {
  return absl::StrCat(std::string(setting), ": ", fault);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> FindFaults(postgres::BlockingSession& session,
                                                    const ApplicationColumns& columns,
                                                    const std::optional<SchemaName>& tenant) {
  std::vector<std::string> faults;
  std::set<std::string> faulty_tables;
  for (const ApplicationColumn& wanted : columns) {
    if (wanted.table.schema.has_value() == tenant.has_value()) continue;
    const Place place{.schema = tenant.has_value() ? tenant->text() : wanted.table.schema->text(),
                      .table = wanted.table.table.text(),
                      .column = wanted.column.text()};
    if (faulty_tables.contains(place.FullTable())) continue;
    const auto sight = Look(session, place);
    if (!sight.ok()) return sight.status();
    if (const std::string fault = TableFault(place, *sight); !fault.empty()) {
      faulty_tables.insert(place.FullTable());
      const auto hint = SharedTableHint(session, wanted, *sight);
      if (!hint.ok()) return hint.status();
      faults.push_back(Line(wanted.table_setting, fault + *hint));
    } else if (const std::string other = ColumnFault(place, *sight, wanted.type); !other.empty()) {
      faults.push_back(Line(
          wanted.column_setting.empty() ? wanted.table_setting : wanted.column_setting, other));
    }
  }
  return faults;
}

}  // namespace chatter::store
