// Pins what the stack's order is built upon: how this gRPC runs server interceptors.
#include <grpcpp/support/server_interceptor.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/mutex.h"
#include "server/interceptors/test_server.h"

namespace chatter::interceptors {
namespace {

using grpc::experimental::InterceptionHookPoints;

class Trace {
 public:
  void Add(const std::string& what) {
    MutexLock lock(mu_);
    entries_.push_back(what);
  }
  std::vector<std::string> entries() const {
    MutexLock lock(mu_);
    return entries_;
  }

 private:
  mutable Mutex mu_;
  std::vector<std::string> entries_ ABSL_GUARDED_BY(mu_);
};

class Tracer final : public grpc::experimental::Interceptor {
 public:
  Tracer(std::string name, Trace& trace) : name_(std::move(name)), trace_(trace) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      trace_.Add(name_ + " in");
    }
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      trace_.Add(name_ + " out");
    }
    methods->Proceed();
  }

 private:
  const std::string name_;
  Trace& trace_;
};

class TracerFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  TracerFactory(std::string name, Trace& trace) : name_(std::move(name)), trace_(trace) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo*) override {
    return new Tracer(name_, trace_);
  }

 private:
  const std::string name_;
  Trace& trace_;
};

TEST(HookOrder, InboundGoesFromTheLastRegisteredToTheFirstAndOutboundBack) {
  Trace trace;
  TestServer server([&trace](grpc::ServerBuilder& builder, TestServer&) {
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> creators;
    for (const char* name : {"1", "2", "3"}) {
      creators.push_back(std::make_unique<TracerFactory>(name, trace));
    }
    builder.experimental().SetInterceptorCreators(std::move(creators));
  });
  server.GetUser({});
  EXPECT_EQ(trace.entries(),
            (std::vector<std::string>{"3 in", "2 in", "1 in", "1 out", "2 out", "3 out"}));
}

}  // namespace
}  // namespace chatter::interceptors
