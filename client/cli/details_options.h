// The options of what a message is to have beside its text.
#ifndef CHATTER_CLIENT_CLI_DETAILS_OPTIONS_H_
#define CHATTER_CLIENT_CLI_DETAILS_OPTIONS_H_

#include "chatter/v1/message.pb.h"

namespace CLI {
class App;
}

namespace chatter::client::cli {

// They go into `details`. REQUIRES: that outlives `app`.
void AddDetailsOptions(CLI::App& app, v1::MessageDetails& details);

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_DETAILS_OPTIONS_H_
