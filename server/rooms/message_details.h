// What a message holds beside its text: bounds, what becomes of it by what it refers to, and how it
// is stored.
//
// Pure functions.
#ifndef CHATTER_SERVER_ROOMS_MESSAGE_DETAILS_H_
#define CHATTER_SERVER_ROOMS_MESSAGE_DETAILS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "chatter/v1/message.pb.h"
#include "server/model/errors.h"
#include "server/model/settings.h"
#include "server/store/event_writer.h"
#include "server/store/message_references.h"

namespace chatter::rooms {

using Attachments = google::protobuf::RepeatedPtrField<v1::Attachment>;

// Adds what is wrong with `attachments`, the field of that path.
void CheckAttachments(const std::string& field, const Attachments& attachments,
                      FieldViolations& violations);

// Adds what is wrong with a message of `text` and `details` that `sender_id` sends.
void CheckContent(std::string_view text, const v1::MessageDetails& details,
                  std::string_view sender_id, FieldViolations& violations);

// What is taken of a request's details: nothing that this version doesn't know, and of a message
// that is forwarded only which one it is.
v1::MessageDetails TakeDetails(const v1::MessageDetails& requested);

// Whether anything must be looked up before a message with these details is stored.
bool RefersToAnything(const v1::MessageDetails& details);

// OK, or FAILED_PRECONDITION (FEATURE_DISABLED).
absl::Status CheckFeatures(const Settings& settings, const v1::MessageDetails& details);

// Whether what the message refers to is there. If so, one that forwards another gets its content.
// Errors: INVALID_ARGUMENT (INVALID_FIELD, UNKNOWN_USERS), NOT_FOUND (MESSAGE_NOT_FOUND).
absl::Status Resolve(const store::References& references, store::NewMessage& message,
                     v1::MessageDetails& details);

// The same for a message that its sender has stored before: whatever has become of what it refers
// to, it has the content that it got then.
void ResolveAsBefore(const store::References::Prior& prior, store::NewMessage& message,
                     v1::MessageDetails& details);

// Puts the details into the message, as they are stored: the same ones are the same bytes.
void SetDetails(const v1::MessageDetails& details, store::NewMessage& message);

}  // namespace chatter::rooms

#endif  // CHATTER_SERVER_ROOMS_MESSAGE_DETAILS_H_
