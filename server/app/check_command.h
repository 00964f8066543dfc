// `chatterd check`: whether what the settings say of the database is so.
#ifndef CHATTER_SERVER_APP_CHECK_COMMAND_H_
#define CHATTER_SERVER_APP_CHECK_COMMAND_H_

#include <ostream>

#include "server/config/config.h"

namespace chatter::app {

// Writes to `out` what is wrong with the database, the tables of the application, and the rights of
// the role, for each tenant, a line each, and a line that sums it up. Changes nothing. Blocks.
// Returns whether all is right.
bool RunCheck(const config::Config& config, std::ostream& out);

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_CHECK_COMMAND_H_
