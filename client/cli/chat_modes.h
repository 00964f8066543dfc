// The two faces of `chatter chat`: for people at a terminal, and for pipes.
#ifndef CHATTER_CLIENT_CLI_CHAT_MODES_H_
#define CHATTER_CLIENT_CLI_CHAT_MODES_H_

#include "absl/status/status.h"
#include "chatter/v1/room.pb.h"
#include "client/cli/context.h"

namespace chatter::client::cli {

// History, live messages, who is typing, an input line; until Ctrl-D. REQUIRES: OnTerminal().
absl::Status RunInteractiveChat(const Context& context, const v1::Room& room);

// Sends the lines of standard input and prints the room's events meanwhile; until the input has
// ended and every line is answered. Errors: the first that a line met, after all were tried.
absl::Status RunPipedChat(const Context& context, const v1::Room& room);

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_CHAT_MODES_H_
