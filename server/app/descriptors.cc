#include "server/app/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

namespace chatter::app {
namespace {

// 200 connections to the database and 64 of operators are the most that there can be.
constexpr size_t kReserve = 320;

}  // namespace

size_t RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return kReserve;
  const rlimit raised = {.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  return static_cast<size_t>(limit.rlim_cur);
}

size_t DescriptorsForConnections(size_t limit) { return limit - std::min(kReserve, limit / 2); }

}  // namespace chatter::app
