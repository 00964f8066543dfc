#include "server/store/tenant_adoption.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/log_text.h"
#include "server/model/errors.h"
#include "server/postgres/statement.h"
#include "server/store/schema_lock.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

// A schema as it is.
struct Schema {
  bool exists = false;
  std::string marker_oid = {};  // empty: there is no marker
  bool has_names = false;       // tables with names as Chatter's have
  int version = 0;              // of the tables, as they or the marker tell

  // What the marker says; an empty incarnation: nothing.
  std::string incarnation = {};
  std::string name = {};
  bool is_marked() const { return !incarnation.empty(); }
};

// A tenant as the control schema knows it.
struct Record {
  int version = 0;
  std::string user_source = {};
  TenantState state = TenantState::kActive;
  std::string incarnation = {};  // empty: not known yet
  std::string marker_oid = {};   // likewise
};

absl::StatusOr<Schema> LookAt(postgres::BlockingSession& session, const SchemaName& name) {
  const auto found = session.Query(sql::kLookAtSchema, {name.text()});
  if (!found.ok()) return found.status();
  if (found->empty()) return Schema();
  const postgres::BlockingSession::Row& row = found->front();
  const auto version = postgres::BlockingSession::ToInt(row[2]);
  if (!version.ok()) return version.status();
  Schema schema{.exists = true,
                .marker_oid = row[0].value_or(""),
                .has_names = row[1] == "t",
                .version = *version};
  if (schema.marker_oid.empty()) return schema;
  const auto marker = session.Query(postgres::RenderSql(sql::kReadMarker, name));
  if (!marker.ok()) return marker.status();
  if (marker->empty()) return schema;
  schema.incarnation = marker->front()[0].value_or("");
  schema.name = marker->front()[1].value_or("");
  const auto marked = postgres::BlockingSession::ToInt(marker->front()[2]);
  if (!marked.ok()) return marked.status();
  schema.version = std::max(schema.version, *marked);
  return schema;
}

absl::StatusOr<std::optional<Record>> FindRecord(postgres::BlockingSession& session,
                                                 const SchemaName& name) {
  const auto rows = session.Query(sql::kReadTenantRecord, {name.text()});
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<Record>();
  const postgres::BlockingSession::Row& row = rows->front();
  const auto version = postgres::BlockingSession::ToInt(row[0]);
  if (!version.ok()) return version.status();
  const auto state = postgres::BlockingSession::ToInt(row[2]);
  if (!state.ok()) return state.status();
  return std::optional(Record{.version = *version,
                              .user_source = row[1].value_or(""),
                              .state = static_cast<TenantState>(*state),
                              .incarnation = row[3].value_or(""),
                              .marker_oid = row[4].value_or("")});
}

// Tables without a marker, under the name of a tenant that has one. They may be the tenant's own,
// from a dump that is older than markers, as well as those of somebody who has the name by now.
bool LacksMarker(const Record& record, const Schema& schema) {
  return !record.incarnation.empty() && !schema.is_marked() && schema.version > 0;
}

bool HasItsMarker(const Record& record, const Schema& schema) {
  return !schema.marker_oid.empty() && schema.marker_oid == record.marker_oid;
}

Behind Compare(const SchemaName& name, const Record& record, const Schema& schema) {
  if (!schema.exists) return Behind::kNothing;
  const auto itself = [](bool is) { return is ? Behind::kItself : Behind::kSomething; };
  if (schema.is_marked()) {
    return itself(record.incarnation.empty() ? schema.name == name.text()
                                             : schema.incarnation == record.incarnation);
  }
  // Tables that are older than markers are trusted as long as the record is, too.
  return itself(record.incarnation.empty() && (schema.has_names || record.version == 0));
}

absl::Status TooNewError() {
  return MakeRetryableError(absl::StatusCode::kUnavailable, v1::ERROR_REASON_TENANT_NOT_READY,
                            "The schema's tables were made by a newer server than this one.",
                            absl::Seconds(1));
}

// As a tenant of its own, whatever data it came with: who signed in to the one that they are from
// isn't signed in to this.
absl::StatusOr<Adoption> AdoptAsNew(postgres::BlockingSession& session, const SchemaName& name,
                                    const Schema& schema, std::string_view what) {
  if (schema.version > 0) {
    absl::Status ended = session.Execute(postgres::RenderSql(sql::kEndAllSessions, name));
    if (!ended.ok()) return ended;
  }
  return Adoption{.version = schema.version,
                  .user_source = std::string(schema.version > 0 ? kUnknownUserSource : ""),
                  .is_recorded = false,
                  .has_changed = true,
                  .is_new = true,
                  .what = what};
}

// If the schema is one that is known under another name: what the control schema holds of the
// tenant goes along. Returns whether it is.
absl::StatusOr<bool> FollowRename(postgres::BlockingSession& session, const SchemaName& name,
                                  const Schema& schema) {
  if (!schema.is_marked()) return false;
  const std::vector<std::string> marker = {schema.incarnation, schema.marker_oid};
  auto known = session.Query(sql::kFindRenamedTenant, marker);
  if (!known.ok()) return known.status();
  if (known->empty()) return false;
  const auto old_name = SchemaName::Parse(known->front()[0].value_or(""));
  if (!old_name.has_value()) return false;  // not one that we would have written
  if (absl::Status locked = LockTenant(session, *old_name); !locked.ok()) return locked;
  known = session.Query(sql::kFindRenamedTenant, marker);
  if (!known.ok()) return known.status();
  if (known->empty()) return false;
  absl::Status renamed =
      session.Query(sql::kRenameSchema, {old_name->text(), name.text()}).status();
  if (!renamed.ok()) return renamed;
  return true;
}

absl::StatusOr<Adoption> AdoptUnrecorded(postgres::BlockingSession& session, const Tenant& tenant,
                                         const Schema& schema, int own_version) {
  if (tenant.schema_version > 0) return absl::NotFoundError("no such tenant");  // purged meanwhile
  if (!schema.exists) return absl::NotFoundError("no such tenant, nor a schema to attach");
  if (schema.version > own_version) return TooNewError();
  const auto renamed = FollowRename(session, tenant.schema_name, schema);
  if (!renamed.ok()) return renamed.status();
  if (*renamed) {
    return Adoption{.version = schema.version,
                    .user_source = std::string(kUnknownUserSource),
                    .is_recorded = false,
                    .has_changed = true,
                    .what = "renamed"};
  }
  absl::Status recorded =
      session.Query(sql::kRecordTenant, {tenant.schema_name.text(), tenant.display_name, "true"})
          .status();
  if (!recorded.ok()) return recorded;
  return AdoptAsNew(session, tenant.schema_name, schema,
                    schema.version > 0 ? "cloned or restored" : "");
}

}  // namespace

absl::StatusOr<std::optional<Recorded>> FindRecorded(postgres::BlockingSession& session,
                                                     const SchemaName& name) {
  const auto record = FindRecord(session, name);
  if (!record.ok()) return record.status();
  if (!record->has_value()) return std::optional<Recorded>();
  const auto schema = LookAt(session, name);
  if (!schema.ok()) return schema.status();
  return std::optional(Recorded{.state = (*record)->state,
                                .behind = Compare(name, **record, *schema),
                                .lacks_marker = LacksMarker(**record, *schema)});
}

std::string WhoseTables(const SchemaName& name) {
  // As a shell wants it: a name has no quotes.
  const bool is_plain = LogField(name.text()) == name.text();
  const std::string word = is_plain ? name.text() : "'" + name.text() + "'";
  return absl::StrCat(
      "the schema has Chatter's tables, but no marker (chatter_schema) that tells whose they are: "
      "if they are the tenant's own, from an old dump, run `chatterd migrate --restored ",
      word, "`; if it is to be a new tenant with their data, run `chatter tenant attach ", word,
      "`");
}

absl::StatusOr<Adoption> AdoptSchema(postgres::BlockingSession& session, const Tenant& tenant,
                                     int own_version) {
  const SchemaName& name = tenant.schema_name;
  const auto found = FindRecord(session, name);
  if (!found.ok()) return found.status();
  const auto schema = LookAt(session, name);
  if (!schema.ok()) return schema.status();
  if (!found->has_value()) return AdoptUnrecorded(session, tenant, *schema, own_version);
  const Record& record = **found;
  const Adoption as_recorded{.version = record.version, .user_source = record.user_source};
  if (HasItsMarker(record, *schema)) return as_recorded;
  switch (Compare(name, record, *schema)) {
    case Behind::kNothing:
      return as_recorded;
    case Behind::kItself:
      break;
    case Behind::kSomething: {
      const bool is_theirs = tenant.state == TenantState::kDeleted && !tenant.schema_is_known;
      if (record.state == TenantState::kDeleted && !is_theirs) {
        return absl::NotFoundError("the tenant is deleted");
      }
      if (schema->version > own_version) return TooNewError();
      if (LacksMarker(record, *schema)) return absl::FailedPreconditionError(WhoseTables(name));
      absl::Status forgotten = session.Query(sql::kForgetTenantInAccounts, {name.text()}).status();
      if (!forgotten.ok()) return forgotten;
      absl::Status begun = session.Query(sql::kBeginTenantAnew, {name.text()}).status();
      if (!begun.ok()) return begun;
      return AdoptAsNew(session, name, *schema, "made again");
    }
  }
  if (!schema->is_marked()) {  // it was made before there were markers
    Adoption adoption = as_recorded;
    adoption.is_recorded = false;
    return adoption;
  }
  return Adoption{.version = schema->version,
                  .user_source = std::string(schema->version > own_version ? record.user_source
                                                                           : kUnknownUserSource),
                  .is_recorded = false,
                  .has_changed = true,
                  .what = "restored"};
}

absl::Status RecordSchema(postgres::BlockingSession& session, const SchemaName& name,
                          const Adoption& adoption) {
  // It is there but for the first time, and where somebody has dropped it.
  absl::Status made = session.Execute(postgres::RenderSql(sql::kMakeMarker, name));
  if (!made.ok()) return made;
  const auto marker = session.Query(
      postgres::RenderSql(sql::kWriteMarker, name),
      {name.text(), absl::StrCat(adoption.version), adoption.is_new ? "true" : "false"});
  if (!marker.ok()) return marker.status();
  const postgres::BlockingSession::Row& written = marker->front();
  if (adoption.has_changed) {
    // Its logs may have gone back, or be others.
    absl::Status begun = session.Query(postgres::RenderSql(sql::kBeginEpoch, name), {""}).status();
    if (!begun.ok()) return begun;
  }
  return session
      .Query(sql::kRecordSchema, {name.text(), absl::StrCat(adoption.version), adoption.user_source,
                                  written[0].value_or(""), written[1].value_or(""),
                                  adoption.has_changed ? "true" : "false"})
      .status();
}

absl::Status ForgetTenant(postgres::BlockingSession& session, const SchemaName& name) {
  absl::Status forgotten = session.Query(sql::kForgetTenantInAccounts, {name.text()}).status();
  if (!forgotten.ok()) return forgotten;
  return session.Query(sql::kForgetTenant, {name.text()}).status();
}

}  // namespace chatter::store
