// Unary calls, one behind another by each of a number of callers.
#ifndef CHATTER_TESTS_BENCH_CALL_LOAD_H_
#define CHATTER_TESTS_BENCH_CALL_LOAD_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/bench/workloads.h"

namespace chatter::bench {

struct CallOptions {
  std::string address;
  std::string tenant = "bench";
  int tenants = 1;     // several: the calls take turns in them, as in FleetOptions
  std::string method;  // see CallMethods
  int callers = 16;
  int users = 1;    // the calls take turns in being these, from user 1 on
  int members = 2;  // of each room; user u is in room (u - 1) / members + 1
  int page_size = 50;
  std::vector<std::string> fields = {};  // of the rooms returned; empty: all
};

// Names of methods, for the command line.
std::vector<std::string> CallMethods();

nlohmann::json RunCalls(const CallOptions& options, const Timing& timing);

}  // namespace chatter::bench

#endif  // CHATTER_TESTS_BENCH_CALL_LOAD_H_
