// Who hears of what nodes tell each other.
//
// Thread-safe. All parts must outlive it.
#ifndef CHATTER_SERVER_LIVE_SUBSCRIBERS_H_
#define CHATTER_SERVER_LIVE_SUBSCRIBERS_H_

#include "server/bus/bus.h"
#include "server/live/hub.h"

namespace chatter::live {

// A bus::Listener.
struct Subscribers {
  Hub& hub;

  void operator()(bus::Message message) const;
};

}  // namespace chatter::live

#endif  // CHATTER_SERVER_LIVE_SUBSCRIBERS_H_
