#include "client/stream/pending_sends.h"

#include <algorithm>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "chatter/client/errors.h"
#include "client/base/utf8.h"

namespace chatter::client {
namespace {

constexpr size_t kMaxTextBytes = 16'384;
constexpr size_t kMaxIdBytes = 64;
constexpr size_t kMaxDetailsBytes = 65'536;  // more than all of the server's bounds allow together

// Whether a server can parse them. Their bounds are the server's matter.
absl::Status CheckDetails(const v1::MessageDetails& details) {
  const std::string bytes = details.SerializeAsString();
  if (bytes.size() > kMaxDetailsBytes || !v1::MessageDetails().ParseFromString(bytes)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the details of a message are UTF-8, together at most ", kMaxDetailsBytes, " bytes"));
  }
  return absl::OkStatus();
}

absl::Status Check(const v1::SendMessage& message) {
  const std::string& text = message.text();
  const v1::MessageDetails& details = message.details();
  const bool needs_text = details.attachments().empty() && !details.has_forwarded_from();
  if ((text.empty() && needs_text) || text.size() > kMaxTextBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a message has 1 to ", kMaxTextBytes, " bytes of text, not ", text.size()));
  }
  if (!IsValidUtf8(text) || text.find('\0') != std::string::npos) {
    return absl::InvalidArgumentError("a message is UTF-8 without NUL");
  }
  for (const std::string* id : {&message.room_id(), &message.client_message_id()}) {
    if (id->empty() || id->size() > kMaxIdBytes || !IsValidUtf8(*id)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the ids of a message and of its room have 1 to ", kMaxIdBytes, " bytes of UTF-8"));
    }
  }
  return CheckDetails(details);
}

// Whether the same message may succeed later. `OVERLOADED` comes with a time to wait.
bool IsTemporary(const google::rpc::Status& error, const ErrorDetails& details) {
  const auto code = static_cast<absl::StatusCode>(error.code());
  return code == absl::StatusCode::kUnavailable || code == absl::StatusCode::kDeadlineExceeded ||
         (code == absl::StatusCode::kResourceExhausted && details.retry_after.has_value());
}

}  // namespace

PendingSends::PendingSends(size_t max_pending, const BackoffOptions& backoff, UniformSource uniform)
    : max_pending_(max_pending), backoff_(backoff), uniform_(std::move(uniform)) {}

absl::StatusOr<PendingSends::SendId> PendingSends::Add(v1::SendMessage message) {
  if (absl::Status status = Check(message); !status.ok()) return status;
  if (entries_.size() >= max_pending_) {
    return absl::ResourceExhaustedError(
        absl::StrCat(max_pending_, " messages are waiting for an answer already"));
  }
  const SendId id = ++last_id_;
  const auto [entry, inserted] =
      entries_.emplace(id, Entry{std::move(message), Backoff(backoff_, uniform_), std::nullopt});
  SetDue(id, entry->second, SteadyTime::InfinitePast());
  return id;
}

void PendingSends::OnStreamOpened() {
  for (auto& [id, entry] : entries_) {
    if (!entry.due.has_value()) SetDue(id, entry, SteadyTime::InfinitePast());
  }
}

std::optional<v1::ChatRequest> PendingSends::TakeDue(SteadyTime now) {
  if (due_.empty() || due_.begin()->first > now) return std::nullopt;
  const SendId id = due_.begin()->second;
  due_.erase(due_.begin());
  Entry& entry = entries_.at(id);
  entry.due.reset();
  v1::ChatRequest request;
  request.set_request_id(absl::StrCat(id));
  *request.mutable_send() = entry.message;
  return request;
}

SteadyTime PendingSends::NextDue() const {
  return due_.empty() ? SteadyTime::InfiniteFuture() : due_.begin()->first;
}

std::optional<PendingSends::Answer> PendingSends::OnReply(const v1::Reply& reply, SteadyTime now) {
  SendId id = 0;
  if (!absl::SimpleAtoi(reply.request_id(), &id)) return std::nullopt;
  const auto found = entries_.find(id);
  if (found == entries_.end()) return std::nullopt;
  Entry& entry = found->second;

  Answer answer{id, absl::InternalError("the server's reply to a message has no result")};
  if (reply.has_sent()) {
    answer.result = reply.sent();
  } else if (reply.has_error()) {
    const ErrorDetails details = DetailsOf(reply.error());
    if (IsTemporary(reply.error(), details)) {
      const absl::Duration asked = details.retry_after.value_or(absl::ZeroDuration());
      SetDue(id, entry, now + std::max(entry.backoff.Next(), asked));
      return std::nullopt;
    }
    if (reply.error().code() != 0) answer.result = ToAbslStatus(reply.error());
  }
  if (entry.due.has_value()) due_.erase({*entry.due, id});
  entries_.erase(found);
  return answer;
}

std::vector<PendingSends::SendId> PendingSends::TakeAll() {
  std::vector<SendId> ids;
  for (const auto& [id, entry] : entries_) ids.push_back(id);
  entries_.clear();
  due_.clear();
  return ids;
}

void PendingSends::SetDue(SendId id, Entry& entry, SteadyTime due) {
  if (entry.due.has_value()) due_.erase({*entry.due, id});
  entry.due = due;
  due_.emplace(due, id);
}

}  // namespace chatter::client
