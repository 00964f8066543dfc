// Many Chat streams: one for each member of some rooms, over a few connections.
//
// Thread-safe.
#ifndef CHATTER_TESTS_BENCH_FLEET_H_
#define CHATTER_TESTS_BENCH_FLEET_H_

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/bench/load_stream.h"

namespace chatter::bench {

struct FleetOptions {
  std::string address;
  // Room r is in the tenant of this name; with several tenants the rooms take turns in them, and
  // their names have `_0`, `_1` ... behind.
  std::string tenant = "bench";
  int tenants = 1;
  int tenant_stride = 1;  // one in so many tenants has a stream
  int rooms = 1;
  int members = 1;  // of each room
  // Which of the members have a stream here: all, unless told otherwise.
  int first_member = 0;
  int open_members = -1;
  bool from_start = false;
  bool stalls = false;
  bool acks_only = false;  // the server doesn't hand messages on
  size_t text_bytes = 100;
  uint64_t sample_every = 1;
  int max_opening = 200;  // at a time
};

class Fleet final : public StreamListener {
 public:
  // Called for each frame, from any thread.
  using FrameListener = std::function<void(LoadStream&, uint64_t deliveries, uint64_t acks)>;

  explicit Fleet(const FleetOptions& options, FrameListener on_frame = nullptr);
  // Ends all streams.
  ~Fleet() override;

  // Opens all streams. False: not all are open by then.
  bool Open(Nanos deadline);
  // Waits until `count` streams have caught up (those with `from_start`). False: not by then.
  bool AwaitCaughtUp(size_t count, Nanos deadline);
  // Waits until all sends are answered and `deliveries` have come. False: not by then.
  bool AwaitDeliveries(uint64_t deliveries, Nanos deadline);
  // Ends all streams and waits for it.
  void Stop();

  size_t size() const { return streams_.size(); }
  LoadStream& stream(size_t number) { return *streams_[number]; }
  // The stream of one member, both counted from 0.
  LoadStream& stream_of(int room, int member);

  StreamCounts counts() const;
  // Of the streams; empty if there were none.
  std::string first_error() const;
  // REQUIRES: stopped.
  Latencies ack_latencies() const;
  Latencies delivery_latencies() const;

  // From the streams.
  void OnFrame(LoadStream& stream, uint64_t deliveries, uint64_t acks) override;
  void OnOpened(LoadStream& stream) override;
  void OnCaughtUp(LoadStream& stream) override;
  void OnEnd(LoadStream& stream, const grpc::Status& status) override;

 private:
  StreamOptions OptionsOf(int room, int member) const;
  bool AwaitUntil(Nanos deadline, const std::function<bool()>& condition);

  // Constant after construction.
  const FleetOptions options_;
  const int open_members_;
  const FrameListener on_frame_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  std::vector<std::unique_ptr<LoadStream>> streams_;

  mutable std::mutex mu_;  // guards what follows
  std::condition_variable changed_;
  size_t started_ = 0;
  size_t opened_ = 0;
  size_t caught_up_ = 0;
  size_t ended_ = 0;
  bool stopping_ = false;
  std::string first_error_;
};

}  // namespace chatter::bench

#endif  // CHATTER_TESTS_BENCH_FLEET_H_
