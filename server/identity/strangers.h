// Look-ups for those who aren't known: credentials and tenants that nobody has shown before, or
// that were last seen to be nobody's.
//
// Whoever makes up tokens or names can ask for any number of these without a credential. So they
// wait apart from the look-ups for callers who are known: only so many go on at once, those of one
// tenant (or for tenants) have a share of that only, and a network of which too many have come to
// nothing is refused further ones for a while. Who is known hears nothing of all that.
//
// Thread-safe. What it admits begins on the calling thread, or on one that has ended another visit.
#ifndef CHATTER_SERVER_IDENTITY_STRANGERS_H_
#define CHATTER_SERVER_IDENTITY_STRANGERS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "server/base/callback.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/base/turnstile.h"

namespace chatter::identity {

class Strangers {
  class Failures;

 public:
  struct Options {
    Turnstile::Options turns = {.max_running = 64,
                                .max_running_of_group = 16,
                                .max_waiting = 2'000,
                                .max_waiting_of_group = 1'000};
    // Look-ups of one network that may come to nothing: at once where there was silence, and a
    // second from then on. An application whose users' tokens have all expired is no attack.
    double failures_at_once = 1'000;
    double failures_per_second = 100;
    size_t max_networks = 10'000;  // of which failures are remembered
  };

  // A look-up that goes on: it ends with this.
  class Visit {
   public:
    // It has come to nothing.
    void Failed();

   private:
    friend class Strangers;
    Visit(Turnstile::Pass pass, std::shared_ptr<Failures> failures, std::string network)
        : pass_(std::move(pass)), failures_(std::move(failures)), network_(std::move(network)) {}

    Turnstile::Pass pass_;
    std::shared_ptr<Failures> failures_;
    std::string network_;
  };

  // `clock` must outlive this and its visits.
  Strangers(const Options& options, const Clock& clock);

  // Calls `begin` when its turn has come. `network`: NetworkOfPeer. `group`: of which tenant, or
  // for tenants. Errors: RESOURCE_EXHAUSTED (OVERLOADED), with RetryInfo.
  void Admit(const std::string& network, const std::string& group, Callback<Visit> begin);

  Turnstile::Stats stats() const;  // refused: for either reason

 private:
  const std::shared_ptr<Failures> failures_;  // shared with the visits
  Turnstile turns_;
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_STRANGERS_H_
