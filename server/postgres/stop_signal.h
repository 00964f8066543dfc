// Tells threads that wait for the database that the program is about to end.
#ifndef CHATTER_SERVER_POSTGRES_STOP_SIGNAL_H_
#define CHATTER_SERVER_POSTGRES_STOP_SIGNAL_H_

namespace chatter::postgres {

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

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_STOP_SIGNAL_H_
