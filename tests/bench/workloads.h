// What the load generator can do with Chat streams, each a function: it opens the streams, says
// `begin` on standard output, loads the server for a while, says `end`, and returns its figures.
// Whoever started it measures between the two.
#ifndef CHATTER_TESTS_BENCH_WORKLOADS_H_
#define CHATTER_TESTS_BENCH_WORKLOADS_H_

#include <nlohmann/json.hpp>
#include <string>

#include "tests/bench/fleet.h"

namespace chatter::bench {

struct Timing {
  double warm_up = 1;  // seconds, not measured
  double seconds = 5;
};

// One line of standard output: {"event": ...}, and what else there is to say.
void Say(const std::string& event, nlohmann::json more = nlohmann::json::object());

// Every stream keeps so many sends in flight.
nlohmann::json RunSends(const FleetOptions& options, const Timing& timing, int in_flight);

// Some of one room's members keep so many messages on their way to all members.
nlohmann::json RunFanOut(const FleetOptions& options, const Timing& timing, int window);

// Sends at a fixed rate, whatever comes back; the rooms take turns, and in them the members.
nlohmann::json RunRate(const FleetOptions& options, const Timing& timing, double rate);

// The same, twice: first alone, then with streams of other members in the same rooms that read
// nothing. Says `stalled` between the two, and then lets them fill up for a while.
nlohmann::json RunStalled(const FleetOptions& live, const FleetOptions& stalled,
                          const Timing& timing, double fill_seconds, double rate);

// Streams that do nothing.
nlohmann::json RunIdle(const FleetOptions& options, const Timing& timing);

// Streams that fetch their room's whole log, while others send at a fixed rate; `begin` and `end`
// are those of the catching up. `live` may have no rooms.
nlohmann::json RunCatchUp(const FleetOptions& behind, const FleetOptions& live,
                          const Timing& timing, double live_rate);

}  // namespace chatter::bench

#endif  // CHATTER_TESTS_BENCH_WORKLOADS_H_
