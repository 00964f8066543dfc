#include "server/app/logging.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "server/app/log_writer.h"
#include "server/base/log_text.h"

namespace chatter::app {
namespace {

constexpr char kAccessLogger[] = "access";

// Gathers lines, so that the calls' go out together. No line holds another, whatever is in it.
class LogSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit LogSink(LogWriter& writer) : writer_(writer) {}
  ~LogSink() override { flush_(); }

 private:
  static constexpr size_t kMaxBufferedBytes = size_t{16} << 10;

  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string_view text(message.payload.data(), message.payload.size());
    if (IsLogText(text)) {
      formatter_->format(message, lines_);
    } else {
      const std::string escaped = LogText(text);
      spdlog::details::log_msg plain = message;
      plain.payload = escaped;
      formatter_->format(plain, lines_);
    }
    if (lines_.size() >= kMaxBufferedBytes) flush_();
  }
  void flush_() override {
    if (lines_.size() > 0) writer_.Write({lines_.data(), lines_.size()});
    lines_.clear();
  }

  LogWriter& writer_;
  spdlog::memory_buf_t lines_;  // guarded by base_sink's mutex_
};

std::unique_ptr<spdlog::formatter> MakeFormatter() {
  return std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                                                     spdlog::pattern_time_type::utc);
}

std::string DropNotice(uint64_t lines) {
  const std::string text =
      absl::StrCat("log lines dropped, nobody read them in time: lines=", lines);
  spdlog::memory_buf_t line;
  MakeFormatter()->format(spdlog::details::log_msg("", spdlog::level::warn, text), line);
  return {line.data(), line.size()};
}

// Lives as long as the process: threads of gRPC may log while it ends.
LogWriter& StderrWriter() {
  static LogWriter& writer = *new LogWriter(STDERR_FILENO, DropNotice);
  return writer;
}

// It complains of what peers send, which fails their calls, and of nothing else.
void LogFromProtobuf(google::protobuf::LogLevel /*level*/, const char* /*file*/, int /*line*/,
                     const std::string& message) {
  spdlog::debug("protobuf: {}", message);
}

// What gRPC takes for an error (a port in use, a broken connection) is at most a warning to us:
// what matters of it comes back to us as a result, and is logged there.
void LogFromGrpc(gpr_log_func_args* args) {
  const auto level =
      args->severity == GPR_LOG_SEVERITY_ERROR ? spdlog::level::warn : spdlog::level::debug;
  spdlog::log(level, "grpc: {}", args->message);
}

}  // namespace

void SetUpLogging(spdlog::level::level_enum level) {
  auto sink = std::make_shared<LogSink>(StderrWriter());
  sink->set_formatter(MakeFormatter());
  auto logger = std::make_shared<spdlog::logger>("chatterd", sink);
  logger->set_level(level);
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
  auto access_logger = std::make_shared<spdlog::logger>(kAccessLogger, std::move(sink));
  access_logger->set_level(level);
  access_logger->flush_on(spdlog::level::warn);
  spdlog::register_logger(std::move(access_logger));
  gpr_set_log_function(LogFromGrpc);
  google::protobuf::SetLogHandler(LogFromProtobuf);
}

std::shared_ptr<spdlog::logger> AccessLogger() { return spdlog::get(kAccessLogger); }

void FlushLogs() { StderrWriter().Flush(); }

uint64_t DroppedLogLines() { return StderrWriter().dropped_lines(); }

}  // namespace chatter::app
