// Tells threads that wait for the database that the program is about to end.
#ifndef CHATTER_SERVER_STORE_STOP_SIGNAL_H_
#define CHATTER_SERVER_STORE_STOP_SIGNAL_H_

namespace chatter::store {

// Thread-safe.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  void Stop() const;
  // Readable once stopped, and from then on: to be polled.
  int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_STOP_SIGNAL_H_
