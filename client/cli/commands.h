// The commands, by group. Each function adds its own to the program; the one that is given on the
// command line sets `command`.
// REQUIRES: `command` outlives `program`.
#ifndef CHATTER_CLIENT_CLI_COMMANDS_H_
#define CHATTER_CLIENT_CLI_COMMANDS_H_

#include "client/cli/context.h"

namespace CLI {
class App;
}

namespace chatter::client::cli {

void AddHelpCommand(CLI::App& program, Command& command);
void AddHealthCommand(CLI::App& program, Command& command);
void AddTenantCommands(CLI::App& program, Command& command);
// These two add to `tenant`, a command of AddTenantCommands.
void AddTenantStateCommands(CLI::App& tenant, Command& command);
void AddTenantExportCommand(CLI::App& tenant, Command& command);
void AddUserCommands(CLI::App& program, Command& command);
void AddSessionCommands(CLI::App& program, Command& command);
void AddSettingsCommands(CLI::App& program, Command& command);
void AddServiceCommands(CLI::App& program, Command& command);
void AddIssuerCommands(CLI::App& program, Command& command);
void AddRoomCommands(CLI::App& program, Command& command);
// Adds to `room`, a command of AddRoomCommands.
void AddRoomPreferenceCommands(CLI::App& room, Command& command);
void AddMemberCommands(CLI::App& program, Command& command);
void AddMessageCommands(CLI::App& program, Command& command);
void AddEditsCommand(CLI::App& program, Command& command);
void AddReactionCommands(CLI::App& program, Command& command);
void AddPinCommands(CLI::App& program, Command& command);
void AddSearchCommand(CLI::App& program, Command& command);
void AddReadCommands(CLI::App& program, Command& command);
void AddThreadCommands(CLI::App& program, Command& command);
void AddPreferenceCommands(CLI::App& program, Command& command);
void AddPresenceCommand(CLI::App& program, Command& command);
void AddTailCommand(CLI::App& program, Command& command);
void AddChatCommand(CLI::App& program, Command& command);

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_COMMANDS_H_
