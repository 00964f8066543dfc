// Preloaded into a server, counts its allocations and locks in a file, for the workload `budget`.
//
// The file that CHATTER_COUNTS names, of 16 bytes at least, holds two numbers of 64 bits: memory
// allocations, and locks taken (the C library's mutexes and Abseil's).
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" {
// glibc's own names for what is replaced here.
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* block, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
}

namespace {

struct Counts {
  std::atomic<uint64_t> allocations;
  std::atomic<uint64_t> locks;
};

Counts before_the_file_is_there;
std::atomic<Counts*> counts = &before_the_file_is_there;

__attribute__((constructor)) void Begin() {
  const char* path = std::getenv("CHATTER_COUNTS");
  const int file = path == nullptr ? -1 : open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  void* shared = mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (shared != MAP_FAILED) counts = static_cast<Counts*>(shared);
}

void CountAllocation() { counts.load()->allocations.fetch_add(1, std::memory_order_relaxed); }
void CountLock() { counts.load()->locks.fetch_add(1, std::memory_order_relaxed); }

template <typename Function>
Function Next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

void* malloc(size_t size) {
  CountAllocation();
  return __libc_malloc(size);
}

void* calloc(size_t count, size_t size) {
  CountAllocation();
  return __libc_calloc(count, size);
}

void* realloc(void* block, size_t size) {
  CountAllocation();
  return __libc_realloc(block, size);
}

void* aligned_alloc(size_t alignment, size_t size) {
  CountAllocation();
  return __libc_memalign(alignment, size);
}

int pthread_mutex_lock(pthread_mutex_t* mutex) {
  static const auto next = Next<int (*)(pthread_mutex_t*)>("pthread_mutex_lock");
  CountLock();
  return next(mutex);
}

// absl::Mutex::Lock of Debian's Abseil; where it has another name, its locks aren't counted.
void _ZN4absl7debian35Mutex4LockEv(void* mutex) {
  static const auto next = Next<void (*)(void*)>("_ZN4absl7debian35Mutex4LockEv");
  CountLock();
  next(mutex);
}

}  // extern "C"
