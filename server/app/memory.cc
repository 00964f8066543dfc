#include "server/app/memory.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace chatter::app {
namespace {

// Less isn't worth the time.
constexpr size_t kMuch = size_t{32} << 20;

}  // namespace

size_t MemoryLimit(const std::string& cgroup_root) {
  const auto pages = static_cast<size_t>(sysconf(_SC_PHYS_PAGES));
  size_t limit = pages * static_cast<size_t>(sysconf(_SC_PAGESIZE));
  for (const char* file : {"/memory.max", "/memory/memory.limit_in_bytes"}) {
    size_t bytes = 0;
    // No number, "max" say, is no limit.
    if (std::ifstream(cgroup_root + file) >> bytes && bytes > 0) limit = std::min(limit, bytes);
  }
  return limit;
}

void ReturnFreeMemory() {
  if (mallinfo2().fordblks >= kMuch) malloc_trim(0);
}

}  // namespace chatter::app
