#include "tests/bench/fleet.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/bench/names.h"

namespace chatter::bench {
namespace {

// A connection of chatterd takes up to 1,000.
constexpr size_t kStreamsPerConnection = 900;
constexpr size_t kMinConnections = 4;
constexpr Nanos kStopTimeout = 20 * kSecond;

std::unique_ptr<grpc::GenericStub> MakeStub(const std::string& address, bool stalls) {
  grpc::ChannelArguments arguments;
  // Else gRPC takes in some megabytes of each stream for whoever doesn't read.
  if (stalls) arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return std::make_unique<grpc::GenericStub>(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
}

}  // namespace

Fleet::Fleet(const FleetOptions& options, FrameListener on_frame)
    : options_(options),
      open_members_(options.open_members < 0 ? options.members : options.open_members),
      on_frame_(std::move(on_frame)) {
  for (int room = 0; room < options_.rooms; ++room) {
    for (int member = 0; member < open_members_; ++member) {
      streams_.push_back(std::make_unique<LoadStream>(OptionsOf(room, member), *this));
    }
  }
  const size_t connections = std::clamp(streams_.size() / kStreamsPerConnection + 1,
                                        std::min(kMinConnections, streams_.size()), size_t{100});
  for (size_t i = 0; i < connections; ++i)
    stubs_.push_back(MakeStub(options_.address, options_.stalls));
}

Fleet::~Fleet() { Stop(); }

StreamOptions Fleet::OptionsOf(int room, int member) const {
  const int local_room = room / options_.tenants;
  StreamOptions stream;
  stream.number = static_cast<int>(streams_.size());
  stream.tenant =
      options_.tenants == 1
          ? options_.tenant
          : absl::StrCat(options_.tenant, "_", room % options_.tenants * options_.tenant_stride);
  stream.token = Token(local_room * options_.members + options_.first_member + member + 1);
  stream.room_id = RoomId(local_room + 1);
  stream.from_start = options_.from_start;
  stream.stalls = options_.stalls;
  stream.text_bytes = options_.text_bytes;
  stream.sample_every = options_.sample_every;
  return stream;
}

LoadStream& Fleet::stream_of(int room, int member) {
  return stream(static_cast<size_t>(room) * static_cast<size_t>(open_members_) +
                static_cast<size_t>(member));
}

bool Fleet::AwaitUntil(Nanos deadline, const std::function<bool()>& condition) {
  std::unique_lock lock(mu_);
  // Looks again now and then: counters of the streams don't wake anybody.
  while (!condition()) {
    const Nanos left = deadline - Now();
    if (left <= 0 || (ended_ > 0 && !stopping_)) return false;
    changed_.wait_for(lock, std::chrono::nanoseconds(std::min(left, kSecond / 100)));
  }
  return true;
}

bool Fleet::Open(Nanos deadline) {
  for (size_t i = 0; i < streams_.size(); ++i) {
    const bool in_time = AwaitUntil(deadline, [this] {
      return started_ - opened_ < static_cast<size_t>(options_.max_opening);
    });
    if (!in_time) return false;
    {
      std::lock_guard lock(mu_);
      ++started_;
    }
    streams_[i]->Start(*stubs_[i % stubs_.size()]);
  }
  return AwaitUntil(deadline, [this] { return opened_ == streams_.size(); });
}

bool Fleet::AwaitCaughtUp(size_t count, Nanos deadline) {
  return AwaitUntil(deadline, [this, count] { return caught_up_ >= count; });
}

bool Fleet::AwaitDeliveries(uint64_t deliveries, Nanos deadline) {
  return AwaitUntil(deadline, [this, deliveries] {
    const StreamCounts counts = this->counts();
    return counts.acked == counts.sent && counts.delivered >= deliveries;
  });
}

void Fleet::Stop() {
  size_t started;
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
    started = started_;
  }
  for (size_t i = 0; i < started; ++i) streams_[i]->Cancel();
  const bool ended =
      AwaitUntil(Now() + kStopTimeout, [this, started] { return ended_ == started; });
  if (!ended) std::abort();  // they would be used after they are gone
}

StreamCounts Fleet::counts() const {
  StreamCounts all;
  for (const auto& stream : streams_) all += stream->counts();
  return all;
}

std::string Fleet::first_error() const {
  {
    std::lock_guard lock(mu_);
    if (!first_error_.empty()) return first_error_;
  }
  for (const auto& stream : streams_) {
    if (std::string error = stream->first_error(); !error.empty()) return error;
  }
  return "";
}

Latencies Fleet::ack_latencies() const {
  Latencies all;
  for (const auto& stream : streams_) all.Add(stream->ack_latencies());
  return all;
}

Latencies Fleet::delivery_latencies() const {
  Latencies all;
  for (const auto& stream : streams_) all.Add(stream->delivery_latencies());
  return all;
}

void Fleet::OnFrame(LoadStream& stream, uint64_t deliveries, uint64_t acks) {
  if (on_frame_) on_frame_(stream, deliveries, acks);
}

void Fleet::OnOpened(LoadStream& /*stream*/) {
  std::lock_guard lock(mu_);
  ++opened_;
  changed_.notify_all();
}

void Fleet::OnCaughtUp(LoadStream& /*stream*/) {
  std::lock_guard lock(mu_);
  ++caught_up_;
  changed_.notify_all();
}

void Fleet::OnEnd(LoadStream& /*stream*/, const grpc::Status& status) {
  std::lock_guard lock(mu_);
  ++ended_;
  if (!stopping_ && first_error_.empty()) {
    first_error_ = absl::StrCat("a stream has ended: ", status.error_message());
  }
  changed_.notify_all();
}

}  // namespace chatter::bench
