#include "server/config/settings.h"

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "server/config/application_settings.h"
#include "server/model/schema_name.h"

namespace chatter::config {
namespace {

constexpr char kRight[] = "";
constexpr size_t kMinKeyBytes = 32;
constexpr size_t kMaxKeyBytes = 4'096;

std::optional<std::string> ReadFile(const std::string& path) {
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  // Not by stream iterators: those throw where reading fails, at a directory say.
  content << file.rdbuf();
  if (!file.is_open() || content.fail()) return std::nullopt;
  return content.str();
}

// Host and port; the port may be 0: any that is free.
bool IsAddress(const std::string& value) {
  const size_t colon = value.rfind(':');
  int port = 0;
  return colon != std::string::npos && colon > 0 &&
         absl::SimpleAtoi(value.substr(colon + 1), &port) && port >= 0 && port <= 65'535;
}

std::string ApplyInt(const std::string& value, int min, int max, int& out) {
  int number = 0;
  if (!absl::SimpleAtoi(value, &number) || number < min || number > max) {
    return absl::StrCat("must be a number from ", min, " to ", max);
  }
  out = number;
  return kRight;
}

std::string ApplyDuration(const std::string& value, absl::Duration min, absl::Duration max,
                          absl::Duration& out) {
  absl::Duration duration;
  if (!absl::ParseDuration(value, &duration) || duration < min || duration > max) {
    return absl::StrCat("must be a duration from ", absl::FormatDuration(min), " to ",
                        absl::FormatDuration(max), ", such as 30s");
  }
  out = duration;
  return kRight;
}

std::string ApplyDatabaseUrl(const std::string& value, Config& config) {
  config.database_url = value;
  return kRight;
}

std::string ApplyDatabaseConnections(const std::string& value, Config& config) {
  return ApplyInt(value, 1, 100, config.database_connections);
}

std::string ApplyNoPreparedStatements(const std::string& value, Config& config) {
  bool off = false;
  if (!absl::SimpleAtob(value, &off)) return "must be true or false";
  config.prepared_statements = !off;
  return kRight;
}

std::string ApplyPrepareThroughPooler(const std::string& value, Config& config) {
  return absl::SimpleAtob(value, &config.prepare_through_pooler) ? kRight : "must be true or false";
}

std::string ApplyListen(const std::string& value, Config& config) {
  if (!IsAddress(value)) return "must be HOST:PORT";
  config.listen = value;
  return kRight;
}

std::string ApplyOpsListen(const std::string& value, Config& config) {
  if (!IsAddress(value)) return "must be HOST:PORT";
  config.ops_listen = value;
  return kRight;
}

std::string ApplyMetricsListen(const std::string& value, Config& config) {
  if (!IsAddress(value)) return "must be HOST:PORT";
  config.metrics_listen = value;
  return kRight;
}

std::string ApplyInsecure(const std::string& value, Config& config) {
  return absl::SimpleAtob(value, &config.insecure) ? kRight : "must be true or false";
}

std::string ApplyMaxConnections(const std::string& value, Config& config) {
  return ApplyInt(value, 1, 1'000'000, config.max_connections);
}

std::string ApplyMaxConnectionsPerAddress(const std::string& value, Config& config) {
  return ApplyInt(value, 1, 1'000'000, config.max_connections_per_address);
}

std::string ApplyIdleConnectionTime(const std::string& value, Config& config) {
  return ApplyDuration(value, absl::Seconds(1), absl::Hours(24), config.idle_connection_time);
}

std::string ApplyTlsFile(const std::string& value, absl::Status (*check)(const std::string&),
                         std::string& out) {
  if (absl::Status status = check(value); !status.ok()) return std::string(status.message());
  out = value;
  return kRight;
}

std::string ApplyTlsCertFile(const std::string& value, Config& config) {
  return ApplyTlsFile(value, CheckCertificateFile, config.tls.certificate);
}

std::string ApplyTlsKeyFile(const std::string& value, Config& config) {
  return ApplyTlsFile(value, CheckKeyFile, config.tls.key);
}

std::string ApplyTlsClientCaFile(const std::string& value, Config& config) {
  return ApplyTlsFile(value, CheckCertificateFile, config.tls.client_ca);
}

std::string ApplyAdminKeyFile(const std::string& value, Config& config) {
  std::optional<std::string> content = ReadFile(value);
  if (!content.has_value()) return "must be a file that can be read";
  absl::StripTrailingAsciiWhitespace(&*content);
  if (content->size() < kMinKeyBytes || content->size() > kMaxKeyBytes) {
    return absl::StrCat("must be a file with a key of ", kMinKeyBytes, " to ", kMaxKeyBytes,
                        " bytes");
  }
  config.admin_key_digest = Sha256(*content);
  return kRight;
}

std::string ApplySingleSchema(const std::string& value, Config& config) {
  config.single_schema = SchemaName::Parse(value);
  return std::string(SchemaNameProblem(value));
}

std::string ApplyTrustedProxies(const std::string& value, Config& config) {
  auto proxies = identity::TrustedProxies::Parse(value);
  if (!proxies.ok()) {
    return absl::StrCat("must be addresses, networks or `unix`, with commas between: ",
                        proxies.status().message());
  }
  config.trusted_proxies = *std::move(proxies);
  return kRight;
}

std::string ApplyJwksDirectory(const std::string& value, Config& config) {
  std::error_code error;
  if (!std::filesystem::is_directory(value, error)) return "must be a directory";
  config.jwks_directory = value;
  return kRight;
}

std::string ApplyJwtLeeway(const std::string& value, Config& config) {
  return ApplyDuration(value, absl::ZeroDuration(), absl::Minutes(5), config.jwt_leeway);
}

std::string ApplyHeartbeatInterval(const std::string& value, Config& config) {
  return ApplyDuration(value, absl::Seconds(1), absl::Hours(1), config.heartbeat_interval);
}

std::string ApplyDrainGrace(const std::string& value, Config& config) {
  return ApplyDuration(value, absl::ZeroDuration(), absl::Minutes(10), config.drain_grace);
}

std::string ApplyMaxStreamsPerUser(const std::string& value, Config& config) {
  return ApplyInt(value, 1, 100'000, config.max_streams_per_user);
}

std::string ApplyWorkers(const std::string& value, Config& config) {
  return ApplyInt(value, 0, 64, config.workers);
}

std::string ApplyMigrateJobs(const std::string& value, Config& config) {
  return ApplyInt(value, 1, 64, config.migrate_jobs);
}

std::string ApplyLogLevel(const std::string& value, Config& config) {
  for (const char* name : {"debug", "info", "warn", "error"}) {
    if (value != name) continue;
    // Takes unknown names for "off".
    config.log_level = spdlog::level::from_str(value);
    return kRight;
  }
  return "must be debug, info, warn or error";
}

constexpr Setting kSettings[] = {
    {"database-url", "URL", "PostgreSQL, as libpq understands it. Required", ApplyDatabaseUrl},
    {"database-connections", "N",
     "Connections for queries (default 4). Two more write, two search, and two (for moments up to "
     "seven) are for changes of schemas: 10 in all by default. Where PostgreSQL grants fewer, the "
     "server "
     "goes on with those that it gets",
     ApplyDatabaseConnections},
    {"prepare-through-pooler", "",
     "Prepare statements although a pooler stands before PostgreSQL. Only for one that keeps them "
     "itself: PgBouncer from 1.21 on, with max_prepared_statements above 0",
     ApplyPrepareThroughPooler},
    {"no-prepared-statements", "",
     "Prepare no statements. (Behind a pooler none are prepared anyway, unless "
     "prepare-through-pooler says so: the server finds out whether there is one)",
     ApplyNoPreparedStatements},
    {"listen", "HOST:PORT", "Where to serve (default 127.0.0.1:50051)", ApplyListen},
    {"ops-listen", "HOST:PORT",
     "Where to serve channelz, health and reflection to operators, such as 127.0.0.1:50052 "
     "(default: nowhere). It isn't encrypted: keep it from strangers",
     ApplyOpsListen},
    {"metrics-listen", "HOST:PORT",
     "Where to serve Prometheus' metrics, by HTTP at /metrics, such as 127.0.0.1:9464 (default: "
     "nowhere). It isn't encrypted: keep it from strangers",
     ApplyMetricsListen},
    {"tls-cert-file", "FILE",
     "The server's certificate and those between it and its authority, PEM: encrypts connections. "
     "Needs tls-key-file. Looked at again every two seconds",
     ApplyTlsCertFile},
    {"tls-key-file", "FILE", "The certificate's private key, PEM, without a password",
     ApplyTlsKeyFile},
    {"tls-client-ca-file", "FILE",
     "Authorities of client certificates, PEM: asks clients for certificates and refuses those of "
     "others. A client without one may have another credential (default: clients aren't asked)",
     ApplyTlsClientCaFile},
    {"insecure", "",
     "Connections in the clear are meant, by whoever they can be read: don't warn of them",
     ApplyInsecure},
    {"max-connections", "N",
     "At most, at `listen` (default: what the limit of open files leaves room for, up to 10000)",
     ApplyMaxConnections},
    {"max-connections-per-address", "N",
     "At most from one IPv4 address, or one /64 of IPv6 (default: half of max-connections). "
     "Doesn't "
     "hold for trusted-proxies",
     ApplyMaxConnectionsPerAddress},
    {"idle-connection-time", "TIME",
     "How long a connection may stay open without any call (default 5m)", ApplyIdleConnectionTime},
    {"admin-key-file", "FILE", "File with the administrator's key, of at least 32 bytes",
     ApplyAdminKeyFile},
    {"single-schema", "NAME", "Serve this one tenant, whatever the host; its schema must be there",
     ApplySingleSchema},
    {"django-tenant-table", "TABLE",
     "Find tenants in this table of django-tenants, such as public.customers_client, instead of in "
     "Chatter's own directory",
     ApplyDjangoTenantTable},
    {"django-tenant-key-column", "COLUMN",
     "The tenant table's primary key, which the domains' tenant_id refers to (default id)",
     ApplyDjangoTenantKeyColumn},
    {"django-domain-table", "TABLE", "The table of their domains, such as public.customers_domain",
     ApplyDjangoDomainTable},
    {"trusted-proxies", "LIST",
     "Whose x-forwarded-host tells the tenant, and whose connections aren't counted by address: "
     "addresses and networks with commas between, such as "
     "10.0.0.0/8,::1, and unix for Unix sockets (default: nobody's; the header is ignored)",
     ApplyTrustedProxies},
    {"user-table", "TABLE",
     "The application's table of users, such as auth_user or public.auth_user (default: Chatter's "
     "own)",
     ApplyUserTable},
    {"user-id-column", "COLUMN", "What a user is known by, there (default id)", ApplyUserIdColumn},
    {"user-name-column", "COLUMN", "A user's name for people (default username)",
     ApplyUserNameColumn},
    {"user-active-column", "COLUMN",
     "Whether a user may sign in, a boolean (default is_active), or none", ApplyUserActiveColumn},
    {"user-key-column", "COLUMN", "The primary key, as Django's sessions name it (default id)",
     ApplyUserKeyColumn},
    {"user-password-column", "COLUMN", "What Django's sessions are tied to (default password)",
     ApplyUserPasswordColumn},
    {"django-secret-key-file", "FILE",
     "File with Django's SECRET_KEY, and its fallbacks in further lines: accepts Django's session "
     "cookies. Needs user-table. Looked at again every two seconds",
     ApplyDjangoSecretKeyFile},
    {"django-session-cookie", "NAME", "The cookie with the session (default sessionid)",
     ApplyDjangoSessionCookie},
    {"django-sessions", "WHERE",
     "Where Django keeps sessions: database (default) or signed_cookies", ApplyDjangoSessions},
    {"django-session-table", "TABLE", "Django's table of sessions (default django_session)",
     ApplyDjangoSessionTable},
    {"django-session-max-age", "TIME", "How long a signed cookie is good for (default 336h)",
     ApplyDjangoSessionMaxAge},
    {"jwks-directory", "DIR", "Where the key sets of token issuers with file:NAME are",
     ApplyJwksDirectory},
    {"jwt-leeway", "TIME", "How much the clocks of token issuers may differ (default 1m)",
     ApplyJwtLeeway},
    {"heartbeat-interval", "TIME", "Between two heartbeats on a stream (default 30s)",
     ApplyHeartbeatInterval},
    {"max-streams-per-user", "N",
     "Streams that one user may have open here, in one tenant (default 100). Each takes up to 2 "
     "MiB, "
     "where the user is in thousands of rooms",
     ApplyMaxStreamsPerUser},
    {"drain-grace", "TIME", "How long streams may go on once the server stops (default 5s)",
     ApplyDrainGrace},
    {"workers", "N", "Threads that fan events out (default 0: one for every two processors)",
     ApplyWorkers},
    {"migrate-jobs", "N", "Tenants that 'chatterd migrate' works at together (default 4)",
     ApplyMigrateJobs},
    {"log-level", "LEVEL", "debug, info, warn or error (default info)", ApplyLogLevel},
};

absl::Status FileError(const std::string& path, int line, std::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat(path, ":", line, ": ", absl::string_view(what.data(), what.size())));
}

std::string WithoutQuotes(absl::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  return std::string(value);
}

}  // namespace

absl::Span<const Setting> AllSettings() { return kSettings; }

std::string EnvironmentName(std::string_view setting) {
  const std::string upper = absl::AsciiStrToUpper({setting.data(), setting.size()});
  return absl::StrCat("CHATTERD_", absl::StrReplaceAll(upper, {{"-", "_"}}));
}

absl::StatusOr<std::vector<FileEntry>> ReadSettingsFile(const std::string& path) {
  std::error_code none;
  if (std::filesystem::is_directory(path, none)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--config: ", path, " is a directory: name the file"));
  }
  std::ifstream file(path);
  if (!file.is_open()) {
    return absl::InvalidArgumentError(absl::StrCat("--config: can't read the file ", path));
  }
  std::vector<FileEntry> entries;
  std::string text;
  for (int line = 1; std::getline(file, text); ++line) {
    const absl::string_view trimmed = absl::StripAsciiWhitespace(text);
    if (trimmed.empty() || trimmed.front() == '#') continue;
    const size_t equals = trimmed.find('=');
    if (equals == absl::string_view::npos) return FileError(path, line, "must be key = value");
    entries.push_back(
        {.line = line,
         .key = std::string(absl::StripAsciiWhitespace(trimmed.substr(0, equals))),
         .value = WithoutQuotes(absl::StripAsciiWhitespace(trimmed.substr(equals + 1)))});
  }
  return entries;
}

}  // namespace chatter::config
