#include "client/cli/error_words.h"

#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace chatter::client::cli {
namespace {

// `field` without what is in brackets, and the last number that was there, or -1.
struct FieldPath {
  std::string path;
  int index = -1;
};

FieldPath ParseField(std::string_view field) {
  FieldPath parsed;
  while (!field.empty()) {
    const size_t open = field.find('[');
    parsed.path += field.substr(0, open);
    if (open == std::string_view::npos) break;
    const size_t close = field.find(']', open);
    if (close == std::string_view::npos) break;
    int index = 0;
    const std::string inside(field.substr(open + 1, close - open - 1));
    if (absl::SimpleAtoi(inside, &index)) parsed.index = index;
    field.remove_prefix(close + 1);
  }
  return parsed;
}

}  // namespace

ErrorWords WordsFor(std::string_view reason) {
  static const std::map<std::string_view, ErrorWords> words = {
      {"CREDENTIAL_REQUIRED",
       {"no credential is given",
        "give --token or CHATTER_TOKEN ('chatter session create USER' makes one), or "
        "--admin-key-file or CHATTER_ADMIN_KEY_FILE for administration"}},
      {"CREDENTIAL_INVALID",
       {"", "check --tenant and the token; 'chatter session create USER' makes a new one"}},
      {"CREDENTIAL_NOT_ALLOWED",
       {"", "administration takes --admin-key-file, chatting takes a user's --token"}},
      {"TENANT_REQUIRED",
       {"no tenant is given",
        "give --tenant or CHATTER_TENANT, or put a line tenant = \"NAME\" into the file of "
        "--config"}},
      {"TENANT_NOT_FOUND", {"", "'chatter tenant list' shows those there are"}},
      {"ROOM_NOT_FOUND",
       {"", "'chatter room list' shows yours, 'chatter room browse' the public ones"}},
      {"MESSAGE_NOT_FOUND", {"", "'chatter messages ROOM' shows those there are"}},
      {"MESSAGE_CHANGED", {"", "'chatter message ROOM SEQ' shows what it holds now"}},
      {"TOO_MANY_REACTIONS", {"", "'chatter messages ROOM' shows those there are"}},
      {"USER_NOT_FOUND", {"", "'chatter user list' shows those there are"}},
      {"UNKNOWN_USERS",
       {"", "'chatter user add' makes users, 'chatter member add' brings them into a room"}},
      {"CALLER_NOT_INCLUDED", {"", "name yourself among the users"}},
      {"ROLE_NOT_ALLOWED", {"", "'chatter member list ROOM' shows who may do more"}},
      {"ROOM_ARCHIVED", {"", "'chatter room unarchive ROOM' opens it again"}},
      {"DIRECT_ROOM",
       {"",
        "'chatter room hide' takes it out of your list, and 'chatter room create --group' makes "
        "a room whose members may change"}},
      {"MEMBER_NOT_FOUND", {"", "'chatter member list ROOM' shows those there are"}},
      {"LAST_OWNER", {"", "'chatter member role ROOM USER=owner' does that"}},
      {"FEATURE_DISABLED",
       {"the tenant has switched this off", "'chatter settings' shows what is"}},
      {"REWRITE_WINDOW_OVER", {"", "'chatter settings' shows how long it may be"}},
      {"CONFLICT", {"", "try again in a moment"}},
      {"CLIENT_MESSAGE_ID_REUSED",
       {"another message was sent with this --id before", "give another --id, or none"}},
      {"SCHEMA_EXISTS", {"", "'chatter tenant attach' makes a tenant of a schema that is there"}},
      {"TENANT_STATE", {"", "'chatter tenant get NAME' shows it"}},
      {"TENANT_NOT_READY", {"", "try again in a moment"}},
      {"DATABASE_UNAVAILABLE",
       {"the server's database can't be reached right now", "try again in a moment"}},
      {"OVERLOADED", {"", "try again in a moment"}},
      {"DRAINING", {"the server is going away", "try again in a moment"}},
      {"CREDENTIALS_CONTRADICT",
       {"several credentials are given that stand for different callers",
        "give one: --token and --tls-cert must be of the same caller"}},
      {"ON_BEHALF_OF_UNKNOWN",
       {"--on-behalf-of names no active user of the tenant",
        "'chatter user list' shows those there are"}},
      {"EPOCH_ENDED",
       {"the tenant's messages have gone back, to a backup say", "try again in a moment"}},
      {"SERVICE_ACCOUNT_EXISTS",
       {"there is a service account with the tenant's name",
        "leave out --with-key, and make a key by 'chatter service key create'"}},
      {"TENANTS_READ_ONLY",
       {"tenants and their domains are read from the application's own tables",
        "change them there, as django-tenants does"}},
      {"SESSION_NOT_FOUND", {"", "'chatter session list' shows those there are"}},
      {"SERVICE_ACCOUNT_NOT_FOUND", {"", "'chatter service list' shows those there are"}},
      {"API_KEY_NOT_FOUND", {"", "'chatter service key list ACCOUNT' shows those there are"}},
      {"TOKEN_ISSUER_NOT_FOUND", {"", "'chatter issuer list' shows those there are"}},
  };
  const auto found = words.find(reason);
  return found == words.end() ? ErrorWords() : found->second;
}

std::string TerminalName(std::string_view field) {
  static const std::map<std::string_view, std::string_view> names = {
      {"account", "ACCOUNT"},
      {"after_seq", "--after"},
      {"around_seq", "--around"},
      {"create_api_key", "--with-key"},
      {"attachments", "--attach"},
      {"attachments.url", "--attach"},
      {"before_seq", "--before"},
      {"client_message_id", "--id"},
      {"details.attachments", "--attach"},
      {"details.attachments.url", "--attach"},
      {"details.forwarded_from.room_id", "--forward"},
      {"details.forwarded_from.seq", "--forward"},
      {"details.mentioned_user_ids", "--mention"},
      {"details.reply_to_seq", "--reply-to"},
      {"details.thread_seq", "--thread"},
      {"device", "--device"},
      {"domain", "--domain"},
      {"grace", "--grace"},
      {"id_prefix", "--prefix"},
      {"idle_ttl", "--idle-ttl"},
      {"issuer", "ISSUER"},
      {"kind", "--kind"},
      {"name_prefix", "--prefix"},
      {"new_domain", "NEW"},
      {"old_domain", "OLD"},
      {"overlap", "--overlap"},
      {"owner_ids", "--owner"},
      {"page_size", "--limit"},
      {"preferences.do_not_disturb.from_minute", "--do-not-disturb"},
      {"preferences.do_not_disturb.time_zone", "--time-zone"},
      {"preferences.do_not_disturb.to_minute", "--do-not-disturb"},
      {"profile.attributes", "--attribute"},
      {"profile.avatar_url", "--avatar-url"},
      {"profile.history", "--history"},
      {"profile.name", "--name"},
      {"profile.topic", "--topic"},
      {"query", "QUERY"},
      {"reaction", "REACTION"},
      {"read_mask.paths", "--fields"},
      {"reason", "--reason"},
      {"request_id", "--request-id"},
      {"role", "--role"},
      {"roles", "USER=ROLE"},
      {"roles.role", "USER=ROLE"},
      {"roles.user_id", "USER=ROLE"},
      {"room_id", "ROOM"},
      {"schema_name_prefix", "--prefix"},
      {"sender_id", "--from"},
      {"seq", "SEQ"},
      {"service_account.certificate_names", "--certificate"},
      {"service_account.name", "NAME"},
      {"service_account.services", "--may-call"},
      {"service_account.tenants", "--in"},
      {"session_id", "SESSION_ID"},
      {"settings.disabled_features", "--disable"},
      {"settings.rewrite_window", "--rewrite-window"},
      {"settings.search_language", "--search-language"},
      {"tenant.display_name", "--display-name"},
      {"tenant.domains", "--domain"},
      {"tenant.schema_name", "NAME"},
      {"text", "TEXT"},
      {"thread_seq", "--thread"},
      {"token_issuer.audience", "--audience"},
      {"token_issuer.issuer", "ISSUER"},
      {"token_issuer.jwks", "--jwks-file"},
      {"token_issuer.jwks_uri", "--jwks-uri"},
      {"token_issuer.keys", "--jwks-file"},
      {"ttl", "--ttl"},
      {"user_id", "USER"},
      {"user_ids", "USER"},
      {"users.display_name", "--name"},
      {"users.id", "ID"},
  };
  const FieldPath parsed = ParseField(field);
  const auto found = names.find(parsed.path);
  if (found == names.end()) return std::string(field);
  std::string name(found->second);
  const bool is_of_several = parsed.index >= 0 && !parsed.path.starts_with("users.");
  if (is_of_several) absl::StrAppend(&name, " ", parsed.index + 1);
  return name;
}

}  // namespace chatter::client::cli
