// One Chat stream of the load generator: opens, sends what it is told to, counts and times what
// comes back, and checks that the numbers of its room's events have no gap.
//
// Every message carries the time at which it was scheduled, so a latency includes any waiting
// before the send. Thread-safe but where it says otherwise.
#ifndef CHATTER_TESTS_BENCH_LOAD_STREAM_H_
#define CHATTER_TESTS_BENCH_LOAD_STREAM_H_

#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>

#include <atomic>
#include <deque>
#include <mutex>
#include <string>

#include "tests/bench/frame_scanner.h"
#include "tests/bench/latencies.h"
#include "tests/bench/steady.h"

namespace chatter::bench {

class LoadStream;

class StreamListener {
 public:
  virtual ~StreamListener() = default;
  // Something came: this many messages and answers to sends.
  virtual void OnFrame(LoadStream& stream, uint64_t deliveries, uint64_t acks) = 0;
  virtual void OnOpened(LoadStream& stream) = 0;
  virtual void OnCaughtUp(LoadStream& stream) = 0;
  // The last call. `status` is what the server ended the stream with.
  virtual void OnEnd(LoadStream& stream, const grpc::Status& status) = 0;
};

struct StreamOptions {
  int number = 0;  // unique in its fleet
  std::string tenant;
  std::string token;
  std::string room_id;
  bool from_start = false;  // asks for all of the room's log
  bool stalls = false;      // reads nothing once it is open
  size_t text_bytes = 100;
  uint64_t sample_every = 1;  // of the deliveries, one in so many is timed
};

struct StreamCounts {
  uint64_t sent = 0;
  uint64_t acked = 0;
  uint64_t failed = 0;     // answered by an error
  uint64_t delivered = 0;  // messages, its own included
  uint64_t frames = 0;
  uint64_t bytes = 0;
  uint64_t lagged = 0;
  uint64_t gaps = 0;  // sequence numbers that didn't follow

  StreamCounts& operator+=(const StreamCounts& other);
};

class LoadStream final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  static constexpr size_t kMinTextBytes = 24;  // what a message carries for the measurement

  // The listener must live until OnEnd.
  LoadStream(StreamOptions options, StreamListener& listener);

  void Start(grpc::GenericStub& stub);
  void Send(Nanos scheduled);
  void Cancel() { context_.TryCancel(); }

  StreamCounts counts() const;
  uint64_t in_flight() const { return sent_ - acked_; }
  uint64_t delivered() const { return delivered_.load(std::memory_order_relaxed); }
  int number() const { return options_.number; }
  std::string first_error() const;
  // REQUIRES: nothing comes any more.
  const Latencies& ack_latencies() const { return ack_latencies_; }
  // Of messages of other streams.
  const Latencies& delivery_latencies() const { return delivery_latencies_; }

  // From gRPC.
  void OnWriteDone(bool ok) override;
  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  void Write(grpc::ByteBuffer request);
  void Take(const ScannedEvent& event, Nanos now);
  void TakeRoomEvent(const ScannedEvent& event, Nanos now);
  void TakeReply(const ScannedEvent& event, Nanos now);
  void NoteError(std::string error);

  // Constant after construction.
  const StreamOptions options_;
  StreamListener& listener_;

  grpc::ClientContext context_;
  grpc::ByteBuffer response_;  // touched by the read alone, as are the next ones
  uint64_t last_seq_ = 0;
  Latencies ack_latencies_;
  Latencies delivery_latencies_;

  std::atomic<uint64_t> sent_ = 0;
  std::atomic<uint64_t> acked_ = 0;
  std::atomic<uint64_t> failed_ = 0;
  std::atomic<uint64_t> delivered_ = 0;
  std::atomic<uint64_t> frames_ = 0;
  std::atomic<uint64_t> bytes_ = 0;
  std::atomic<uint64_t> lagged_ = 0;
  std::atomic<uint64_t> gaps_ = 0;

  mutable std::mutex mu_;               // guards what follows
  std::deque<grpc::ByteBuffer> queue_;  // the front is being written
  std::string first_error_;
};

}  // namespace chatter::bench

#endif  // CHATTER_TESTS_BENCH_LOAD_STREAM_H_
