// The server's errors in words for a terminal, whose user knows nothing of metadata and messages.
//
// Thread-safe.
#ifndef CHATTER_CLIENT_CLI_ERROR_WORDS_H_
#define CHATTER_CLIENT_CLI_ERROR_WORDS_H_

#include <string>
#include <string_view>

namespace chatter::client::cli {

// What to say of a reason that chatter.v1.ErrorReason names.
struct ErrorWords {
  std::string_view text;  // instead of the server's; empty: the server's will do
  std::string_view hint;  // what to do about it; empty: the text says it
};

// Empty for a reason that it doesn't know.
ErrorWords WordsFor(std::string_view reason);

// The option or argument that a field of a request comes from; the field itself, where there is
// none. "profile.name" is "--name", "user_ids[1]" is "USER 2".
std::string TerminalName(std::string_view field);

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_ERROR_WORDS_H_
