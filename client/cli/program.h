// The program, from its arguments to its exit code.
#ifndef CHATTER_CLIENT_CLI_PROGRAM_H_
#define CHATTER_CLIENT_CLI_PROGRAM_H_

#include <ostream>

namespace chatter::client::cli {

// Parses, runs the command, tells what went wrong. Reads the environment and the settings' file.
int RunProgram(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_PROGRAM_H_
