// For tests: what is logged while it lives.
//
// Takes the place of the default logger, so one at a time, and not across threads that log.
#ifndef CHATTER_TESTS_SUPPORT_LOG_LINES_H_
#define CHATTER_TESTS_SUPPORT_LOG_LINES_H_

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <sstream>
#include <string>
#include <utility>

namespace chatter::test {

class LogLines {
 public:
  LogLines() {
    auto logger = std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines_));
    logger->set_pattern("%l %v");
    spdlog::set_default_logger(std::move(logger));
  }
  LogLines(const LogLines&) = delete;
  LogLines& operator=(const LogLines&) = delete;
  ~LogLines() { spdlog::set_default_logger(before_); }

  // What was logged since it was last asked for: for each line its level, a blank and the text.
  std::string Take() { return std::exchange(lines_, std::ostringstream()).str(); }

 private:
  const std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
  std::ostringstream lines_;
};

}  // namespace chatter::test

#endif  // CHATTER_TESTS_SUPPORT_LOG_LINES_H_
