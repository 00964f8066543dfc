// How a stream begins: what `open` asks for, and what `opened` says.
//
// Pure, thread-safe.
#ifndef CHATTER_SERVER_STREAM_OPENING_H_
#define CHATTER_SERVER_STREAM_OPENING_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "chatter/v1/chat.pb.h"
#include "server/store/room_store.h"
#include "server/stream/chat_feeds.h"
#include "server/stream/chat_options.h"

namespace chatter::stream {

struct Opening {
  Cursors cursors;
  std::vector<std::string> watched;  // users
};

// Errors: INVALID_ARGUMENT. Rooms that can't be parsed are errors, unknown ones are not.
absl::StatusOr<Opening> ParseOpen(const v1::Open& open, const ChatOptions& options);

v1::ServerEvent MakeOpened(const std::string& user_id,
                           const store::RoomStore::Memberships& memberships, const Cursors& cursors,
                           const ChatOptions& options);

absl::Status OpenRequiredError(std::string_view message);

}  // namespace chatter::stream

#endif  // CHATTER_SERVER_STREAM_OPENING_H_
