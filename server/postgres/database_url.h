// The database's URL: whether it is one, and what every connection adds to it.
#ifndef CHATTER_SERVER_POSTGRES_DATABASE_URL_H_
#define CHATTER_SERVER_POSTGRES_DATABASE_URL_H_

#include <array>
#include <string>

#include "absl/status/status.h"

namespace chatter::postgres {

// Errors: INVALID_ARGUMENT. libpq's own complaints repeat the URL, password included: they are not
// for a log, and so don't get into the message.
absl::Status CheckDatabaseUrl(const std::string& url);

// What libpq's PQconnectStartParams takes, with expand_dbname. What follows the URL wins over what
// it says. Points into both.
struct ConnectionParams {
  ConnectionParams(const std::string& url, const char* application_name);
  std::array<const char*, 8> keys;
  std::array<const char*, 8> values;
};

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_DATABASE_URL_H_
