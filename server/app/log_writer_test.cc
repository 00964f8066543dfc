#include "server/app/log_writer.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"

namespace chatter::app {
namespace {

class LogWriterTest : public testing::Test {
 protected:
  LogWriterTest() {
    std::signal(SIGPIPE, SIG_IGN);  // as chatterd does
    EXPECT_EQ(pipe2(pipe_.data(), O_CLOEXEC), 0);
    writer_ = std::make_unique<LogWriter>(
        pipe_[1], [](uint64_t lines) { return absl::StrCat("dropped ", lines, "\n"); });
  }
  ~LogWriterTest() override {
    writer_ = nullptr;
    close(pipe_[0]);
    CloseWriteEnd();
  }

  void CloseWriteEnd() {
    if (pipe_[1] >= 0) close(std::exchange(pipe_[1], -1));
  }

  // Ends the writer, and gives all that it has written.
  std::string ReadAll() {
    std::thread end([this] {
      writer_ = nullptr;
      CloseWriteEnd();
    });
    std::string all;
    std::array<char, 65536> piece{};
    for (ssize_t n = 0; (n = read(pipe_[0], piece.data(), piece.size())) > 0;) {
      all.append(piece.data(), static_cast<size_t>(n));
    }
    end.join();
    return all;
  }

  // Until the pipe and the writer are both full.
  int WriteUntilDropped() {
    const std::string line(999, 'x');
    int lines = 0;
    for (; writer_->dropped_lines() == 0; ++lines) writer_->Write(line + "\n");
    return lines;
  }

  std::array<int, 2> pipe_{};
  std::unique_ptr<LogWriter> writer_;
};

TEST_F(LogWriterTest, WritesInOrder) {
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    const std::string line = absl::StrCat("line ", i, "\n");
    writer_->Write(line);
    expected += line;
  }
  EXPECT_EQ(ReadAll(), expected);
}

TEST_F(LogWriterTest, FlushWaitsForTheDescriptor) {
  writer_->Write("line\n");
  EXPECT_TRUE(writer_->Flush());
  std::array<char, 16> piece{};
  EXPECT_EQ(read(pipe_[0], piece.data(), piece.size()), 5);
}

TEST_F(LogWriterTest, NeverWaitsForAReaderAndTellsWhatItDropped) {
  const int lines = WriteUntilDropped();
  writer_->Write("one\ntwo\n");
  EXPECT_FALSE(writer_->Flush());
  EXPECT_EQ(writer_->dropped_lines(), 1);

  const std::string all = ReadAll();
  EXPECT_EQ(std::count(all.begin(), all.end(), 'x'), 999 * (lines - 1));
  EXPECT_THAT(all, testing::HasSubstr("\ndropped 1\n"));
}

TEST_F(LogWriterTest, GoesOnOnceTheReaderDoes) {
  WriteUntilDropped();
  std::array<char, 65536> piece{};
  std::string all;
  // What waited, then the notice.
  while (!all.ends_with("dropped 1\n")) {
    const ssize_t n = read(pipe_[0], piece.data(), piece.size());
    ASSERT_GT(n, 0);
    all.append(piece.data(), static_cast<size_t>(n));
  }
  writer_->Write("after\n");
  EXPECT_EQ(ReadAll(), "after\n");
}

TEST_F(LogWriterTest, EndsWithoutAReader) {
  WriteUntilDropped();
  writer_ = nullptr;  // would hang
  pipe_[1] = -1;      // the thread that was left behind still has it
}

}  // namespace
}  // namespace chatter::app
