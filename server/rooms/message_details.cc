#include "server/rooms/message_details.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/model/ids.h"
#include "server/model/limits.h"
#include "server/model/validate.h"
#include "server/store/stored_event.h"
#include "server/tenants/tenant_settings.h"

namespace chatter::rooms {
namespace {

constexpr int64_t kMaxAttachmentBytes = int64_t{1} << 50;

void CheckText(std::string_view text, const v1::MessageDetails& details,
               FieldViolations& violations) {
  if (details.has_forwarded_from()) {
    if (!text.empty()) violations.Add("text", "must be empty where a message is forwarded");
  } else if (!text.empty() || details.attachments().empty()) {
    AddProblem("text", TextProblem(text), violations);
  }
}

void CheckMentions(const v1::MessageDetails& details, std::string_view sender_id,
                   FieldViolations& violations) {
  const auto& users = details.mentioned_user_ids();
  if (users.size() > limits::kMentionedUsers) {
    violations.Add("details.mentioned_user_ids",
                   absl::StrCat("must be up to ", limits::kMentionedUsers, " users"));
    return;
  }
  for (int i = 0; i < users.size(); ++i) {
    const std::string field = absl::StrCat("details.mentioned_user_ids[", i, "]");
    AddProblem(field, UserIdProblem(users[i]), violations);
    if (users[i] == sender_id) violations.Add(field, "must not be the sender");
    if (std::find(users.begin(), users.begin() + i, users[i]) != users.begin() + i) {
      violations.Add(field, "must differ from the users before it");
    }
  }
}

void CheckAttachment(const std::string& field, const v1::Attachment& attachment,
                     FieldViolations& violations) {
  AddProblem(field + ".url", UrlProblem(attachment.url()), violations);
  AddProblem(field + ".name", AttachmentNameProblem(attachment.name()), violations);
  AddProblem(field + ".media_type", MediaTypeProblem(attachment.media_type()), violations);
  if (attachment.size_bytes() < 0 || attachment.size_bytes() > kMaxAttachmentBytes) {
    violations.Add(field + ".size_bytes", "must be 0 to 2^50");
  }
  if (!attachment.thumbnail_url().empty()) {
    AddProblem(field + ".thumbnail_url", UrlProblem(attachment.thumbnail_url()), violations);
  }
}

void CheckForwardedFrom(const v1::ForwardedFrom& source, FieldViolations& violations) {
  if (!RoomId::Parse(source.room_id()).has_value()) {
    violations.Add("details.forwarded_from.room_id", "must be a UUID in canonical text");
  }
  if (source.seq() == 0) violations.Add("details.forwarded_from.seq", "must be at least 1");
}

absl::Status CheckThread(const store::References& references) {
  if (!references.begins_thread.has_value()) return MessageNotFoundError();
  FieldViolations violations;
  if (!*references.begins_thread) {
    violations.Add("details.thread_seq", "must be a message that belongs to no thread itself");
  }
  return violations.ToStatus();
}

absl::Status CheckMentionedMembers(const std::vector<std::string>& unknown_users,
                                   const v1::MessageDetails& details) {
  FieldViolations violations;
  for (int i = 0; i < details.mentioned_user_ids_size(); ++i) {
    const std::string& user = details.mentioned_user_ids(i);
    if (std::find(unknown_users.begin(), unknown_users.end(), user) != unknown_users.end()) {
      violations.Add(absl::StrCat("details.mentioned_user_ids[", i, "]"), "isn't in the room");
    }
  }
  return violations.ToStatus(v1::ERROR_REASON_UNKNOWN_USERS,
                             "Some of the mentioned users aren't in the room.");
}

}  // namespace

void CheckAttachments(const std::string& field, const Attachments& attachments,
                      FieldViolations& violations) {
  if (attachments.size() > limits::kAttachments) {
    violations.Add(field, absl::StrCat("must be up to ", limits::kAttachments, " attachments"));
    return;
  }
  for (int i = 0; i < attachments.size(); ++i) {
    CheckAttachment(absl::StrCat(field, "[", i, "]"), attachments[i], violations);
  }
}

void CheckContent(std::string_view text, const v1::MessageDetails& details,
                  std::string_view sender_id, FieldViolations& violations) {
  CheckText(text, details, violations);
  CheckMentions(details, sender_id, violations);
  if (details.has_forwarded_from() && !details.attachments().empty()) {
    violations.Add("details.attachments", "must be empty where a message is forwarded");
  } else {
    CheckAttachments("details.attachments", details.attachments(), violations);
  }
  CheckAttributes("details.attributes", details.attributes(), violations);
  if (details.has_forwarded_from()) CheckForwardedFrom(details.forwarded_from(), violations);
}

v1::MessageDetails TakeDetails(const v1::MessageDetails& requested) {
  v1::MessageDetails details = requested;
  details.DiscardUnknownFields();
  if (details.has_forwarded_from()) {
    details.mutable_forwarded_from()->clear_sender_id();
    details.mutable_forwarded_from()->clear_created_at();
  }
  return details;
}

bool RefersToAnything(const v1::MessageDetails& details) {
  return details.reply_to_seq() != 0 || details.thread_seq() != 0 ||
         !details.mentioned_user_ids().empty() || details.mentions_everyone() ||
         details.has_forwarded_from();
}

absl::Status CheckFeatures(const Settings& settings, const v1::MessageDetails& details) {
  const bool allowed = (details.thread_seq() == 0 || settings.has(Feature::kThreads)) &&
                       (!details.mentions_everyone() || settings.has(Feature::kMentionsOfEveryone));
  return allowed ? absl::OkStatus() : tenants::FeatureDisabledError();
}

absl::Status Resolve(const store::References& references, store::NewMessage& message,
                     v1::MessageDetails& details) {
  if (details.reply_to_seq() != 0 && !references.reply_found) return MessageNotFoundError();
  if (details.thread_seq() != 0) {
    if (absl::Status status = CheckThread(references); !status.ok()) return status;
  }
  if (details.has_forwarded_from()) {
    if (!references.source.has_value()) return MessageNotFoundError();
    message.text = references.source->text;
    *details.mutable_attachments() = references.source->details.attachments();
    v1::ForwardedFrom& forwarded = *details.mutable_forwarded_from();
    forwarded.set_sender_id(references.source->sender_id);
    *forwarded.mutable_created_at() = google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(
        absl::ToUnixMicros(references.source->created_at));
  }
  return CheckMentionedMembers(references.unknown_users, details);
}

void ResolveAsBefore(const store::References::Prior& prior, store::NewMessage& message,
                     v1::MessageDetails& details) {
  const v1::ForwardedFrom& before = prior.details.forwarded_from();
  const v1::ForwardedFrom& now = details.forwarded_from();
  if (before.room_id() != now.room_id() || before.seq() != now.seq()) return;
  if (!details.has_forwarded_from()) return;
  message.text = prior.text;
  *details.mutable_attachments() = prior.details.attachments();
  *details.mutable_forwarded_from() = before;
}

void SetDetails(const v1::MessageDetails& details, store::NewMessage& message) {
  message.details = store::ToStored(details);
  message.thread_seq = details.thread_seq();
  message.mentions = {details.mentioned_user_ids().begin(), details.mentioned_user_ids().end()};
  if (details.mentions_everyone()) message.mentions.emplace_back();
}

}  // namespace chatter::rooms
