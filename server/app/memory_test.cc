#include "server/app/memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/base/config.h"
#include "absl/strings/str_cat.h"

namespace chatter::app {
namespace {

class MemoryTest : public testing::Test {
 protected:
  MemoryTest() { std::filesystem::create_directories(root_ + "/memory"); }
  ~MemoryTest() override { std::filesystem::remove_all(root_); }

  void Write(const std::string& file, const std::string& content) const {
    std::ofstream(root_ + file) << content << '\n';
  }

  static size_t Resident() {
    size_t size = 0;
    size_t resident = 0;
    std::ifstream("/proc/self/statm") >> size >> resident;
    return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
  }

  const std::string root_ = absl::StrCat(testing::TempDir(), "/memory_test.", getpid());
  const size_t machine_ = MemoryLimit("/nowhere");
};

TEST_F(MemoryTest, WithoutAContainerIsTheMachines) {
  EXPECT_GT(machine_, size_t{64} << 20);
  Write("/memory.max", "max");
  EXPECT_EQ(MemoryLimit(root_), machine_);
  Write("/memory/memory.limit_in_bytes", "9223372036854771712");  // none, in version 1
  EXPECT_EQ(MemoryLimit(root_), machine_);
}

TEST_F(MemoryTest, IsTheContainersOfEitherVersion) {
  Write("/memory/memory.limit_in_bytes", "33554432");
  EXPECT_EQ(MemoryLimit(root_), 33554432);
  Write("/memory.max", "16777216");
  EXPECT_EQ(MemoryLimit(root_), 16777216);
}

// The sanitizer's allocator keeps what is freed for a while, to see whether it is used.
#ifndef ABSL_HAVE_ADDRESS_SANITIZER
TEST_F(MemoryTest, WhatIsFreeGoesBack) {
  const size_t before = Resident();
  // Small pieces, and one that keeps the heap from shrinking by itself.
  std::vector<std::string> pieces(200'000, std::string(1'000, 'x'));
  const std::string last(1'000, 'x');
  pieces = {};
  ReturnFreeMemory();
  EXPECT_LT(Resident(), before + (size_t{32} << 20));
}
#endif

}  // namespace
}  // namespace chatter::app
