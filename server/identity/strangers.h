// Look-ups for strangers: of credentials and tenants that nobody has shown before, or that belonged
// to nobody when they were last looked up.
//
// A client that makes up tokens or names can ask for any number of look-ups without a credential.
// So the look-ups of strangers wait apart from those for known callers. Only so many go on at once,
// and those of one tenant (or those that look for tenants) have a share of that. A network whose
// look-ups have too often found nothing is refused further ones for a while. None of this touches
// known callers.
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
#include "common/mutex.h"
#include "server/base/callback.h"
#include "server/base/clock.h"
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
    // How many look-ups of one network may find nothing: at once after a silence, and a second from
    // then on. An application whose users' tokens have all expired is no attack.
    double failures_at_once = 1'000;
    double failures_per_second = 100;
    size_t max_networks = 10'000;  // of which failures are remembered
  };

  // A look-up that is under way. It ends when this is destroyed.
  class Visit {
   public:
    // It has found nothing.
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

  // Calls `begin` when its turn has come. `network`: NetworkOfPeer. `group`: the tenant of the
  // credential that is looked up; empty: a tenant is, or a credential of none. Errors:
  // RESOURCE_EXHAUSTED (OVERLOADED), with RetryInfo.
  void Admit(const std::string& network, const std::string& group, Callback<Visit> begin);

  Turnstile::Stats stats() const;  // refused: for either reason

 private:
  const std::shared_ptr<Failures> failures_;  // shared with the visits
  Turnstile turns_;
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_STRANGERS_H_
