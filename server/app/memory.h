// The memory of the process: how much it may have, and giving back what it no longer needs.
//
// Pure functions but for the system.
#ifndef CHATTER_SERVER_APP_MEMORY_H_
#define CHATTER_SERVER_APP_MEMORY_H_

#include <cstddef>
#include <string>

namespace chatter::app {

// What the container may have (its control group, of either version), or else the machine.
// `cgroup_root` is for tests.
size_t MemoryLimit(const std::string& cgroup_root = "/sys/fs/cgroup");

// Gives memory that was freed back to the system, if it is much: the allocator keeps it otherwise,
// even where a burst took a gigabyte that is never needed again. Takes some milliseconds then.
void ReturnFreeMemory();

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_MEMORY_H_
