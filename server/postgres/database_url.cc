#include "server/postgres/database_url.h"

#include <libpq-fe.h>

namespace chatter::postgres {

absl::Status CheckDatabaseUrl(const std::string& url) {
  char* complaint = nullptr;
  PQconninfoOption* parsed = url.empty() ? nullptr : PQconninfoParse(url.c_str(), &complaint);
  PQfreemem(complaint);
  if (parsed == nullptr) {
    return absl::InvalidArgumentError(
        "the database URL must be one that libpq understands, such as postgresql://user@host/name");
  }
  PQconninfoFree(parsed);
  return absl::OkStatus();
}

// The last three notice a dead peer within seconds.
ConnectionParams::ConnectionParams(const std::string& url, const char* application_name)
    : keys{"fallback_application_name", "dbname",
           "client_encoding",           "connect_timeout",
           "keepalives_idle",           "keepalives_interval",
           "tcp_user_timeout",          nullptr},
      values{application_name, url.c_str(), "UTF8", "5", "10", "5", "20000", nullptr} {}

}  // namespace chatter::postgres
