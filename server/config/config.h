// What chatterd is told at its start, and how.
//
// Each setting is read from its flag, or else from the environment, or else from the file that
// --config names, and checked before anything begins. Not thread-safe; plain values.
#ifndef CHATTER_SERVER_CONFIG_CONFIG_H_
#define CHATTER_SERVER_CONFIG_CONFIG_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/base/crypto.h"
#include "server/config/tls_files.h"
#include "server/identity/trusted_proxies.h"
#include "server/model/ids.h"
#include "spdlog/common.h"

namespace chatter::config {

struct Config {
  std::string database_url;  // may hold a password: never logged
  int database_connections = 4;
  bool prepared_statements = true;
  bool prepare_through_pooler = false;

  std::string listen = "127.0.0.1:50051";
  std::string ops_listen;      // empty: off
  std::string metrics_listen;  // empty: off
  TlsFiles tls;                // of `listen`; the operators' port isn't encrypted
  bool insecure = false;       // that nothing is encrypted is meant so

  // Connections to `listen`. 0: as many as the process may have descriptors for, but no more than
  // 10,000. One address may have half of them.
  int max_connections = 0;
  int max_connections_per_address = 0;
  absl::Duration idle_connection_time = absl::Minutes(5);  // without any call

  // The SHA-256 of the administrator's key; nullopt: nobody can administrate.
  std::optional<Sha256Digest> admin_key_digest;
  std::optional<SchemaName> single_schema;  // nullopt: the server has many tenants
  // The tables of django-tenants that list the tenants and their domains, with their schemas; both
  // or none. nullopt: tenants are in Chatter's own directory.
  std::optional<TableName> django_tenant_table;
  std::optional<TableName> django_domain_table;
  SqlIdentifier django_tenant_key_column = *SqlIdentifier::Parse("id");
  identity::TrustedProxies trusted_proxies;

  // The application's table of users; nullopt: users are in Chatter's own.
  std::optional<TableName> user_table;
  SqlIdentifier user_key_column = *SqlIdentifier::Parse("id");  // the primary key, for Django
  SqlIdentifier user_id_column = *SqlIdentifier::Parse("id");
  SqlIdentifier user_name_column = *SqlIdentifier::Parse("username");
  SqlIdentifier user_password_column = *SqlIdentifier::Parse("password");  // for Django
  // nullopt: all are active.
  std::optional<SqlIdentifier> user_active_column = SqlIdentifier::Parse("is_active");

  // SECRET_KEY and its fallbacks, and the file from which they are read again while the server
  // runs. Empty: Django's sessions aren't accepted. The keys are never logged.
  std::vector<std::string> django_secret_keys;
  std::string django_secret_key_file;
  std::string django_session_cookie = "sessionid";  // see session_cookie()
  bool django_signed_cookies = false;               // else sessions are in the database
  TableName django_session_table = *TableName::Parse("django_session");
  absl::Duration django_session_max_age = absl::Hours(336);  // of signed cookies

  // Where token issuers' `file:NAME` are; empty: nowhere.
  std::string jwks_directory;
  absl::Duration jwt_leeway = absl::Seconds(60);

  absl::Duration heartbeat_interval = absl::Seconds(30);
  int max_streams_per_user = 100;
  absl::Duration drain_grace = absl::Seconds(5);
  int migrate_jobs = 4;  // connections of `chatterd migrate`
  int workers = 0;       // of the hub; 0: one for every two processors
  spdlog::level::level_enum log_level = spdlog::level::info;

  // The cookie with the application's session; empty: cookies are ignored.
  std::string session_cookie() const {
    return django_secret_keys.empty() ? "" : django_session_cookie;
  }
};

enum class Command {
  kServe,
  kMigrate,
  kCheck,
  kShowText,  // help or version
};

struct CommandLine {
  Command command = Command::kServe;
  Config config;
  // Of kMigrate: schemas that are their tenants' own, though they have no marker.
  std::vector<SchemaName> restored;
  std::string text;  // what to show
};

// The value of a variable; nullopt: it isn't set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment ProcessEnvironment();

// Errors: INVALID_ARGUMENT, with one line that names what is wrong.
absl::StatusOr<CommandLine> ParseCommandLine(int argc, const char* const* argv,
                                             const Environment& environment);

// The same for a program with a command line of its own. `settings`: by their names, in place of
// flags. Errors: INVALID_ARGUMENT, also for a name that no setting has.
absl::StatusOr<Config> ReadSettings(const std::map<std::string, std::string>& settings,
                                    const Environment& environment);

}  // namespace chatter::config

#endif  // CHATTER_SERVER_CONFIG_CONFIG_H_
