// A file descriptor that is closed with its owner.
#ifndef CHATTER_SERVER_APP_DESCRIPTOR_H_
#define CHATTER_SERVER_APP_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace chatter::app {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.Release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    Close();
    fd_ = other.Release();
    return *this;
  }
  ~Descriptor() { Close(); }

  int get() const { return fd_; }  // negative: there is none
  bool valid() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }
  void Close() {
    if (valid()) close(Release());
  }

 private:
  int fd_ = -1;
};

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_DESCRIPTOR_H_
