#include "server/store/own_tables.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

constexpr char kControlTables[] =
    R"(
api_key: token_digest account created_at expires_at last_used_at
client_certificate: subject_name account created_at
migration: version applied_at
room_to_purge: tenant room_id deleted_at
service_account: name tenants services read_only may_act_for_users created_at changed_at
tenant: schema_name display_name schema_version created_at state state_reason purge_at identity_version attached user_source incarnation marker_oid
tenant_domain: domain schema_name
token_issuer: schema_name issuer audience jwks jwks_uri create_users created_at user_claim audience_may_be_absent
)";

constexpr char kTenantTables[] =
    R"(
chatter_event: room_id seq created_at kind actor_id client_message_id text details service thread_seq
chatter_mark: user_id room_id read_seq shown_read_seq delivered_seq
chatter_member: room_id user_id joined_seq role read_seq shown_read_seq delivered_seq notifications muted_until pinned_at hidden_at_seq
chatter_mention: room_id seq user_id sender_id
chatter_message: room_id seq text edited_at edit_seqs pinned_at reaction_count reply_count last_reply_seq details
chatter_reaction: room_id seq reaction user_id created_at
chatter_reply: room_id thread_seq seq
chatter_room: id kind member_set head_seq member_count created_at last_event_at version name topic avatar_url attributes history archived_at settled checked_seq last_message_seq raised_at
chatter_session: token_digest user_id created_at expires_at device idle_ttl last_used_at service
chatter_settings: single disabled_features rewrite_window forgets_edits search_language wanted_search_language search_language_wanted_at search_language_failure epoch
chatter_thread_follower: room_id user_id thread_seq read_seq follows
chatter_user: id display_name created_at active
chatter_user_state: user_id hides_read_marks invisible quiet_from quiet_to quiet_zone last_seen_at
chatter_user_view: id display_name created_at active
)";

// As look_at_own_tables.sql wants them, in an array's text.
std::string WantedColumns(std::string_view tables) {
  std::string wanted;
  for (const absl::string_view line :
       absl::StrSplit(absl::string_view(tables.data(), tables.size()), '\n', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> table = absl::StrSplit(line, ": ");
    for (const absl::string_view column : absl::StrSplit(table.second, ' ')) {
      absl::StrAppend(&wanted, wanted.empty() ? "" : ",", "\"", table.first, " ", column, "\"");
    }
  }
  return absl::StrCat("{", wanted, "}");
}

std::string Quoted(const std::string& schema, const std::string& table) {
  return absl::StrCat("\"", schema, "\".\"", table, "\"");
}

// Of one table.
std::string FaultOf(const postgres::BlockingSession::Row& row, const std::string& schema,
                    std::string_view role) {
  const std::string name = absl::StrCat(schema, ".", row[0].value_or(""));
  const std::string rights = row[3].value_or("");
  const std::string columns = row[4].value_or("");
  if (row[1] != "t") {
    return absl::StrCat("there is no table ", name, ": bring it back from a backup");
  }
  if (!columns.empty()) {
    return absl::StrCat("the table ", name, " lacks the columns ", columns,
                        ": bring them back from a backup");
  }
  if (row[2] != "t") return NotOwnedFault(schema, row[0].value_or(""), role);
  const std::string to(role);
  return absl::StrCat("the role ", to, " lacks rights to ", name, ": GRANT ", rights, " ON ",
                      Quoted(schema, row[0].value_or("")), " TO \"", to, "\"");
}

}  // namespace

std::string_view ControlTables() { return kControlTables; }
std::string_view TenantTables() { return kTenantTables; }

std::string NotOwnedFault(const std::string& schema, const std::string& table,
                          std::string_view role) {
  const std::string owner(role);
  return absl::StrCat("the role ", owner, " doesn't own ", schema, ".", table, ": ALTER TABLE ",
                      Quoted(schema, table), " OWNER TO \"", owner, "\"");
}

absl::StatusOr<std::vector<std::string>> FindOwnFaults(postgres::BlockingSession& session,
                                                       const std::string& schema,
                                                       std::string_view tables,
                                                       std::string_view role) {
  const auto rows = session.Query(sql::kLookAtOwnTables, {schema, WantedColumns(tables)});
  if (!rows.ok()) return rows.status();
  std::vector<std::string> faults;
  for (const postgres::BlockingSession::Row& row : *rows) {
    faults.push_back(FaultOf(row, schema, role));
  }
  return faults;
}

}  // namespace chatter::store
