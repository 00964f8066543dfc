// Who hears of what nodes tell each other.
//
// Whoever changes something publishes that on the bus and knows nobody whom it concerns: this is
// the one place that does. What is remembered of what has changed is forgotten when a message has
// been handled; should one be lost, it ages in two seconds.
//
// Thread-safe. All parts must outlive it.
#ifndef CHATTER_SERVER_LIVE_SUBSCRIBERS_H_
#define CHATTER_SERVER_LIVE_SUBSCRIBERS_H_

#include "server/bus/bus.h"
#include "server/identity/authenticator_chain.h"
#include "server/identity/tenant_directory.h"
#include "server/live/hub.h"
#include "server/live/presence.h"
#include "server/tenants/tenant_settings.h"

namespace chatter::live {

// A bus::Listener.
struct Subscribers {
  Hub& hub;
  Presence& presence;
  tenants::TenantSettings& settings;
  identity::TenantDirectory& directory;
  identity::AuthenticatorChain& authenticators;

  void operator()(bus::Message message) const;
};

}  // namespace chatter::live

#endif  // CHATTER_SERVER_LIVE_SUBSCRIBERS_H_
