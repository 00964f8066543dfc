// Says what is wrong with a command line that can't be parsed, what was perhaps meant, and whose
// help says more.
//
// REQUIRES: the program has just parsed. Not thread-safe, as the program isn't.
#ifndef CHATTER_CLIENT_CLI_USAGE_ERRORS_H_
#define CHATTER_CLIENT_CLI_USAGE_ERRORS_H_

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace chatter::client::cli {

// The command of this name among those of `app`; nullptr: there is none.
const CLI::App* FindCommand(const CLI::App& app, const std::string& name);

// The last of the commands that were given, `room list` say; the program, where none was.
const CLI::App& ReachedCommand(const CLI::App& program);

// Whether the first word that isn't understood stands where the name of a command should.
bool NamesNoCommand(const CLI::App& program);

// Whether parsing has failed with `error` because nothing stands where the name of a command
// should.
bool LacksCommand(const CLI::App& program, const CLI::ParseError& error);

// Says that `app` has no command of this name, and which was perhaps meant.
std::string NoSuchCommand(const CLI::App& app, const std::string& name);

// What is wrong, in one line. REQUIRES: parsing has failed with `error`.
std::string ExplainUsage(const CLI::App& program, const CLI::ParseError& error);

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_USAGE_ERRORS_H_
