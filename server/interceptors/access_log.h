// Writes one line for every call, when it ends.
//
//   call method=/chatter.v1.ChatService/Chat tenant=acme user=alice service= credential=session
//   status=NOT_FOUND reason=ROOM_NOT_FOUND duration_ms=1.234 request_id=...
//   peer=ipv4:127.0.0.1:4711
//
// on one line, with ` sqlstate=22P05 statement=read_events` at its end where the call failed
// (INTERNAL) because PostgreSQL refused that statement. A value that isn't plain is quoted and
// escaped, so that no text of a client's can pass for another line or another field. Failures of
// the server are warnings. Health checks, which come all the time, are there at level debug. No
// credential is ever logged. Thread-safe.
#ifndef CHATTER_SERVER_INTERCEPTORS_ACCESS_LOG_H_
#define CHATTER_SERVER_INTERCEPTORS_ACCESS_LOG_H_

#include <grpcpp/support/server_interceptor.h>

#include <memory>
#include <utility>

namespace spdlog {
class logger;
}

namespace chatter::interceptors {

class AccessLogFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit AccessLogFactory(std::shared_ptr<spdlog::logger> log) : log_(std::move(log)) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* call) override;

 private:
  const std::shared_ptr<spdlog::logger> log_;
};

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_ACCESS_LOG_H_
