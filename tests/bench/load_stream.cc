#include "tests/bench/load_stream.h"

#include <unistd.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "chatter/v1/chat.pb.h"
#include "google/rpc/status.pb.h"

namespace chatter::bench {
namespace {

constexpr char kChatMethod[] = "/chatter.v1.ChatService/Chat";
constexpr size_t kHexDigits = 16;  // of a time

grpc::ByteBuffer ToByteBuffer(const v1::ChatRequest& request) {
  const grpc::Slice slice(request.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

// What the text of a message begins with.
struct Mark {
  Nanos scheduled = 0;
  int sender = 0;
};

std::string TextOf(const Mark& mark, size_t bytes) {
  std::string text = absl::StrFormat("%016x%08x", mark.scheduled, mark.sender);
  text.resize(std::max(bytes, text.size()), '.');
  return text;
}

template <typename Number>
bool ParseHex(std::string_view digits, Number& number) {
  return absl::SimpleHexAtoi(absl::string_view(digits.data(), digits.size()), &number);
}

bool ParseMark(std::string_view text, Mark& mark) {
  return text.size() >= LoadStream::kMinTextBytes &&
         ParseHex(text.substr(0, kHexDigits), mark.scheduled) &&
         ParseHex(text.substr(kHexDigits, LoadStream::kMinTextBytes - kHexDigits), mark.sender);
}

void Add(std::atomic<uint64_t>& counter, uint64_t count = 1) {
  counter.fetch_add(count, std::memory_order_relaxed);
}

}  // namespace

StreamCounts& StreamCounts::operator+=(const StreamCounts& other) {
  sent += other.sent;
  acked += other.acked;
  failed += other.failed;
  delivered += other.delivered;
  frames += other.frames;
  bytes += other.bytes;
  lagged += other.lagged;
  gaps += other.gaps;
  return *this;
}

LoadStream::LoadStream(StreamOptions options, StreamListener& listener)
    : options_(std::move(options)), listener_(listener) {}

void LoadStream::Start(grpc::GenericStub& stub) {
  context_.AddMetadata("x-chatter-tenant", options_.tenant);
  context_.AddMetadata("authorization", absl::StrCat("Bearer ", options_.token));
  stub.PrepareBidiStreamingCall(&context_, kChatMethod, {}, this);
  v1::ChatRequest request;
  request.mutable_open();
  if (options_.from_start) {
    request.mutable_open()->add_cursors()->set_room_id(options_.room_id);
  }
  Write(ToByteBuffer(request));
  StartRead(&response_);
  StartCall();
}

void LoadStream::Send(Nanos scheduled) {
  const uint64_t count = sent_.fetch_add(1, std::memory_order_relaxed);
  v1::ChatRequest request;
  request.set_request_id(absl::StrFormat("%016x", scheduled));
  v1::SendMessage* send = request.mutable_send();
  send->set_room_id(options_.room_id);
  // Unique over the runs that share a database, too.
  send->set_client_message_id(
      absl::StrFormat("%x-%x-%x-%x", getpid(), scheduled, options_.number, count));
  send->set_text(TextOf({scheduled, options_.number}, options_.text_bytes));
  Write(ToByteBuffer(request));
}

void LoadStream::Write(grpc::ByteBuffer request) {
  std::lock_guard lock(mu_);
  queue_.push_back(std::move(request));
  // Under the lock, so that OnWriteDone can't come between.
  if (queue_.size() == 1) StartWrite(&queue_.front());
}

void LoadStream::OnWriteDone(bool ok) {
  if (!ok) return;  // the stream is about to end
  std::lock_guard lock(mu_);
  queue_.pop_front();
  if (!queue_.empty()) StartWrite(&queue_.front());
}

void LoadStream::OnReadDone(bool ok) {
  if (!ok) return;
  const Nanos now = Now();
  const uint64_t acked_before = acked_.load(std::memory_order_relaxed);
  grpc::Slice slice;
  if (!response_.TrySingleSlice(&slice).ok() && !response_.DumpToSingleSlice(&slice).ok()) {
    NoteError("a response without bytes");
  }
  const std::string_view frame(reinterpret_cast<const char*>(slice.begin()), slice.size());
  Add(frames_);
  Add(bytes_, frame.size());
  bool opened = false;
  uint64_t deliveries = 0;
  bool caught_up = false;
  const bool whole = ScanFrame(frame, [&](const ScannedEvent& event) {
    opened |= event.kind == ScannedEvent::Kind::kOpened;
    caught_up |= event.kind == ScannedEvent::Kind::kCaughtUp;
    if (event.kind == ScannedEvent::Kind::kRoomEvent) ++deliveries;
    Take(event, now);
  });
  if (!whole) NoteError("a response that can't be read");
  Add(delivered_, deliveries);
  if (opened) listener_.OnOpened(*this);
  if (caught_up) listener_.OnCaughtUp(*this);
  listener_.OnFrame(*this, deliveries, acked_.load(std::memory_order_relaxed) - acked_before);
  if (!options_.stalls) StartRead(&response_);
}

void LoadStream::Take(const ScannedEvent& event, Nanos now) {
  switch (event.kind) {
    case ScannedEvent::Kind::kRoomEvent:
      return TakeRoomEvent(event, now);
    case ScannedEvent::Kind::kReply:
      return TakeReply(event, now);
    case ScannedEvent::Kind::kLagged:
      return Add(lagged_);
    default:
      return;
  }
}

void LoadStream::TakeRoomEvent(const ScannedEvent& event, Nanos now) {
  if (last_seq_ != 0 && event.seq != last_seq_ + 1) Add(gaps_);
  last_seq_ = event.seq;
  if (event.seq % options_.sample_every != 0) return;
  Mark mark;
  if (!ParseMark(event.text, mark) || mark.sender == options_.number) return;
  delivery_latencies_.Add(mark.scheduled, now - mark.scheduled);
}

void LoadStream::TakeReply(const ScannedEvent& event, Nanos now) {
  Add(acked_);
  Nanos scheduled = 0;
  if (!event.error.empty()) {
    Add(failed_);
    google::rpc::Status status;
    status.ParseFromArray(event.error.data(), static_cast<int>(event.error.size()));
    NoteError(status.message());
  } else if (ParseHex(event.request_id, scheduled)) {
    ack_latencies_.Add(scheduled, now - scheduled);
  }
}

void LoadStream::OnDone(const grpc::Status& status) {
  if (!status.ok() && status.error_code() != grpc::StatusCode::CANCELLED) {
    NoteError(status.error_message());
  }
  listener_.OnEnd(*this, status);
}

void LoadStream::NoteError(std::string error) {
  std::lock_guard lock(mu_);
  if (first_error_.empty()) first_error_ = std::move(error);
}

std::string LoadStream::first_error() const {
  std::lock_guard lock(mu_);
  return first_error_;
}

StreamCounts LoadStream::counts() const {
  return {.sent = sent_,
          .acked = acked_,
          .failed = failed_,
          .delivered = delivered_,
          .frames = frames_,
          .bytes = bytes_,
          .lagged = lagged_,
          .gaps = gaps_};
}

}  // namespace chatter::bench
