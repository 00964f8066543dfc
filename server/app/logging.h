// Where log lines go, and how they look.
#ifndef CHATTER_SERVER_APP_LOGGING_H_
#define CHATTER_SERVER_APP_LOGGING_H_

#include "spdlog/common.h"

namespace chatter::app {

// Makes all log lines, gRPC's own included, go to stderr, one line each, with the time in UTC. To
// be called once, before anything logs.
void SetUpLogging(spdlog::level::level_enum level);

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_LOGGING_H_
