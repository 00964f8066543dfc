// `chatterd migrate`: all schemas, with a report.
//
// Blocks until everything has been tried. It may be killed at any time, and run again.
#ifndef CHATTER_SERVER_APP_MIGRATE_COMMAND_H_
#define CHATTER_SERVER_APP_MIGRATE_COMMAND_H_

#include <ostream>
#include <vector>

#include "server/config/config.h"
#include "server/model/ids.h"

namespace chatter::app {

// Shows on `err` (which stands for standard error) how far it has come, and in the end which
// tenants failed. `restored`: see store::MarkRestored. Returns whether all is up to date.
bool RunMigrate(const config::Config& config, const std::vector<SchemaName>& restored,
                std::ostream& err);

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_MIGRATE_COMMAND_H_
