#include "tests/bench/call_load.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "chatter/v1/chat.pb.h"
#include "chatter/v1/room.pb.h"
#include "grpc/health/v1/health.pb.h"
#include "tests/bench/names.h"

namespace chatter::bench {
namespace {

constexpr int kConnections = 4;
constexpr Nanos kDrainTimeout = 10 * kSecond;

// What a caller's `count`th call is; `count` counts over all callers.
using MakeRequest = std::function<std::string(const CallOptions& options, uint64_t count)>;

struct Method {
  std::string path;
  MakeRequest request;
  bool anonymous = false;
  // The code that the calls are to end with.
  grpc::StatusCode expected = grpc::StatusCode::OK;
};

int UserOf(const CallOptions& options, uint64_t count) {
  return static_cast<int>(count % static_cast<uint64_t>(options.users)) + 1;
}

// The caller's room, counted from 0.
int RoomOf(const CallOptions& options, uint64_t count) {
  return (UserOf(options, count) - 1) / options.members;
}

google::protobuf::FieldMask ReadMask(const CallOptions& options) {
  google::protobuf::FieldMask mask;
  for (const std::string& field : options.fields) mask.add_paths(field);
  return mask;
}

std::string CreateExisting(const CallOptions& options, uint64_t count) {
  const int first = RoomOf(options, count) * options.members + 1;
  v1::CreateRoomRequest request;
  for (int i = 0; i < options.members; ++i) request.add_user_ids(UserId(first + i));
  *request.mutable_read_mask() = ReadMask(options);
  return request.SerializeAsString();
}

// The caller with two others, none of the pairs twice.
std::string CreateNew(const CallOptions& options, uint64_t count) {
  const auto users = static_cast<uint64_t>(options.users);
  const uint64_t caller = count % users;
  const uint64_t pair = count / users;
  const uint64_t second = pair % (users - 2) + 1;
  const uint64_t third = second + 1 + pair / (users - 2);
  v1::CreateRoomRequest request;
  for (const uint64_t distance : {uint64_t{0}, second, third}) {
    request.add_user_ids(UserId(static_cast<int>((caller + distance) % users) + 1));
  }
  *request.mutable_read_mask() = ReadMask(options);
  return request.SerializeAsString();
}

std::string ListRooms(const CallOptions& options, uint64_t /*count*/) {
  v1::ListRoomsRequest request;
  request.set_page_size(options.page_size);
  *request.mutable_read_mask() = ReadMask(options);
  return request.SerializeAsString();
}

std::string ListMessages(const CallOptions& options, uint64_t count) {
  v1::ListMessagesRequest request;
  request.set_room_id(RoomId(RoomOf(options, count) + 1));
  request.set_page_size(options.page_size);
  return request.SerializeAsString();
}

// Refused after the caller has been authenticated, before the database is asked anything: what is
// left is the authentication.
std::string GetNoRoom(const CallOptions& /*options*/, uint64_t /*count*/) {
  v1::GetRoomRequest request;
  request.set_room_id("none");
  return request.SerializeAsString();
}

std::string CheckHealth(const CallOptions& /*options*/, uint64_t /*count*/) {
  return grpc::health::v1::HealthCheckRequest().SerializeAsString();
}

const std::map<std::string, Method>& Methods() {
  static const std::map<std::string, Method> methods = {
      {"create-existing", {"/chatter.v1.RoomService/CreateRoom", CreateExisting}},
      {"create-new", {"/chatter.v1.RoomService/CreateRoom", CreateNew}},
      {"list-rooms", {"/chatter.v1.RoomService/ListRooms", ListRooms}},
      {"list-messages", {"/chatter.v1.ChatService/ListMessages", ListMessages}},
      {"authenticate",
       {"/chatter.v1.RoomService/GetRoom", GetNoRoom, false, grpc::StatusCode::INVALID_ARGUMENT}},
      {"health", {"/grpc.health.v1.Health/Check", CheckHealth, true}},
  };
  return methods;
}

// What the callers share.
struct Shared {
  explicit Shared(const CallOptions& call_options)
      : options(call_options), method(Methods().at(call_options.method)) {}

  const CallOptions& options;
  const Method& method;
  std::atomic<uint64_t> next = 0;
  std::atomic<uint64_t> done = 0;
  std::atomic<int> active = 0;
  std::atomic<bool> stopping = false;
  std::mutex mu;      // guards the error
  std::string error;  // the first one
};

// One call at a time, until told to stop.
class Caller {
 public:
  Caller(Shared& shared, grpc::GenericStub& stub) : shared_(shared), stub_(stub) {}

  void Begin() {
    const uint64_t count = shared_.next++;
    begun_ = Now();
    context_ = std::make_unique<grpc::ClientContext>();
    if (!shared_.method.anonymous) AddCredentials(count);
    const grpc::Slice slice(shared_.method.request(shared_.options, count));
    request_ = grpc::ByteBuffer(&slice, 1);
    stub_.UnaryCall(context_.get(), shared_.method.path, {}, &request_, &response_,
                    [this](const grpc::Status& status) { End(status); });
  }

  const Latencies& latencies() const { return latencies_; }

 private:
  void AddCredentials(uint64_t count) {
    const auto tenants = static_cast<uint64_t>(shared_.options.tenants);
    context_->AddMetadata("x-chatter-tenant", tenants == 1 ? shared_.options.tenant
                                                           : absl::StrCat(shared_.options.tenant,
                                                                          "_", count % tenants));
    context_->AddMetadata("authorization",
                          absl::StrCat("Bearer ", Token(UserOf(shared_.options, count))));
  }

  void End(const grpc::Status& status) {
    latencies_.Add(begun_, Now() - begun_);
    ++shared_.done;
    if (status.error_code() != shared_.method.expected) {
      const std::lock_guard lock(shared_.mu);
      if (shared_.error.empty()) {
        shared_.error = absl::StrCat("a call has failed: ", status.error_message());
      }
      shared_.stopping = true;
    }
    if (shared_.stopping) {
      --shared_.active;
    } else {
      Begin();
    }
  }

  Shared& shared_;
  grpc::GenericStub& stub_;
  std::unique_ptr<grpc::ClientContext> context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  Nanos begun_ = 0;
  Latencies latencies_;
};

std::unique_ptr<grpc::GenericStub> MakeStub(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return std::make_unique<grpc::GenericStub>(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
}

}  // namespace

std::vector<std::string> CallMethods() {
  std::vector<std::string> names;
  for (const auto& [name, method] : Methods()) names.push_back(name);
  return names;
}

nlohmann::json RunCalls(const CallOptions& options, const Timing& timing) {
  Shared shared(options);
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs;
  for (int i = 0; i < kConnections; ++i) stubs.push_back(MakeStub(options.address));
  std::vector<std::unique_ptr<Caller>> callers;
  for (size_t i = 0; i < static_cast<size_t>(options.callers); ++i) {
    callers.push_back(std::make_unique<Caller>(shared, *stubs[i % stubs.size()]));
  }
  shared.active = options.callers;
  for (const auto& caller : callers) caller->Begin();

  SleepUntil(Now() + static_cast<Nanos>(timing.warm_up * kSecond));
  const Nanos begin = Now();
  const uint64_t done_before = shared.done;
  Say("begin");
  SleepUntil(begin + static_cast<Nanos>(timing.seconds * kSecond));
  const uint64_t done_after = shared.done;
  const Nanos end = Now();
  Say("end");

  shared.stopping = true;
  const Nanos deadline = Now() + kDrainTimeout;
  while (shared.active > 0 && Now() < deadline) SleepUntil(Now() + kSecond / 100);
  if (shared.active > 0) std::abort();  // the calls would use what is gone
  Latencies latencies;
  for (const auto& caller : callers) latencies.Add(caller->latencies());
  return {{"calls", done_after - done_before},
          {"seconds", static_cast<double>(end - begin) / kSecond},
          {"latency", latencies.Summary(begin, end)},
          {"error", shared.error}};
}

}  // namespace chatter::bench
