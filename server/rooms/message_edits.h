// What an edit makes of a message.
//
// Pure functions.
#ifndef CHATTER_SERVER_ROOMS_MESSAGE_EDITS_H_
#define CHATTER_SERVER_ROOMS_MESSAGE_EDITS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "chatter/v1/message.pb.h"
#include "server/model/errors.h"
#include "server/rooms/message_details.h"
#include "server/store/actor.h"
#include "server/store/message_changes.h"

namespace chatter::rooms {

// What somebody wants a message to hold; nullopt: what it holds.
struct MessageEdit {
  uint64_t seq = 0;
  uint64_t expected_edit_seq = 0;  // 0: it doesn't matter what the message holds by now
  std::optional<std::string> text = {};
  std::optional<Attachments> attachments = {};
  std::optional<google::protobuf::Map<std::string, std::string>> attributes = {};
};

// Adds what is wrong with the request whatever the message holds.
MessageEdit ParseEdit(const v1::EditMessageRequest& request, FieldViolations& violations);

// What the message gets; nullopt: it holds that already. Whoever repeats an edit that the message
// still holds is told so, too, although it isn't any more what the edit was made of.
// Errors: ABORTED (MESSAGE_CHANGED), INVALID_ARGUMENT (INVALID_FIELD: nothing would be left of it).
absl::StatusOr<std::optional<v1::MessageEdited>> DecideEdit(const MessageEdit& edit,
                                                            const store::MessageContent& content,
                                                            const store::Actor& actor);

}  // namespace chatter::rooms

#endif  // CHATTER_SERVER_ROOMS_MESSAGE_EDITS_H_
