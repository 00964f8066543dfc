// Where log lines go, and how they look: each is one line of printable ASCII, whatever text from
// outside is in it (log_text.h), and nobody who logs waits for whoever reads (log_writer.h).
#ifndef CHATTER_SERVER_APP_LOGGING_H_
#define CHATTER_SERVER_APP_LOGGING_H_

#include <cstdint>
#include <memory>

#include "spdlog/common.h"

namespace spdlog {
class logger;
}

namespace chatter::app {

// Makes all log lines, gRPC's own included, go to stderr, one line each, with the time in UTC. To
// be called once, before anything logs.
void SetUpLogging(spdlog::level::level_enum level);

// For the lines of the calls, which are many: those below warnings stay in memory, up to 16 KiB of
// them, until it is flushed or any other line is written; the lines keep their order. Whoever uses
// it flushes it now and then. REQUIRES: SetUpLogging was called.
std::shared_ptr<spdlog::logger> AccessLogger();

// Waits until all lines but those that AccessLogger() keeps in memory are on stderr, but no longer
// than a second. To be called before the process ends. REQUIRES: SetUpLogging was called.
void FlushLogs();

// How many are missing, because nobody read them in time.
uint64_t DroppedLogLines();

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_LOGGING_H_
