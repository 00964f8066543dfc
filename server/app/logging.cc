#include "server/app/logging.h"

#include <grpc/support/log.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <memory>
#include <mutex>
#include <string>

namespace chatter::app {
namespace {

constexpr char kAccessLogger[] = "access";

// spdlog's own sinks for stderr write each line by itself, which costs more than making it.
class StderrSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  ~StderrSink() override { flush_(); }

 private:
  static constexpr size_t kMaxBufferedBytes = size_t{16} << 10;

  void sink_it_(const spdlog::details::log_msg& message) override {
    formatter_->format(message, lines_);
    if (lines_.size() >= kMaxBufferedBytes) flush_();
  }
  void flush_() override {
    std::fwrite(lines_.data(), 1, lines_.size(), stderr);
    lines_.clear();
  }

  spdlog::memory_buf_t lines_;  // guarded by base_sink's mutex_
};

// What gRPC takes for an error (a port in use, a broken connection) is at most a warning to us:
// what matters of it comes back to us as a result, and is logged there.
void LogFromGrpc(gpr_log_func_args* args) {
  const auto level =
      args->severity == GPR_LOG_SEVERITY_ERROR ? spdlog::level::warn : spdlog::level::debug;
  spdlog::log(level, "grpc: {}", args->message);
}

}  // namespace

void SetUpLogging(spdlog::level::level_enum level) {
  auto sink = std::make_shared<StderrSink>();
  sink->set_formatter(std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                                                                  spdlog::pattern_time_type::utc));
  auto logger = std::make_shared<spdlog::logger>("chatterd", sink);
  logger->set_level(level);
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
  auto access_logger = std::make_shared<spdlog::logger>(kAccessLogger, std::move(sink));
  access_logger->set_level(level);
  access_logger->flush_on(spdlog::level::warn);
  spdlog::register_logger(std::move(access_logger));
  gpr_set_log_function(LogFromGrpc);
}

std::shared_ptr<spdlog::logger> AccessLogger() { return spdlog::get(kAccessLogger); }

}  // namespace chatter::app
