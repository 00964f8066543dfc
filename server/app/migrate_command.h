// `chatterd migrate`: all schemas, with a report.
//
// Blocks until everything has been tried. It may be killed at any time, and run again.
#ifndef CHATTER_SERVER_APP_MIGRATE_COMMAND_H_
#define CHATTER_SERVER_APP_MIGRATE_COMMAND_H_

#include <ostream>

#include "server/config/config.h"

namespace chatter::app {

// Shows on `err` (which stands for standard error) how far it has come, and in the end which
// tenants failed. Returns whether all is up to date.
bool RunMigrate(const config::Config& config, std::ostream& err);

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_MIGRATE_COMMAND_H_
