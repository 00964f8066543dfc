// The load generator of scripts/bench: one workload on one server. See --help.
#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>

#include "tests/bench/call_load.h"
#include "tests/bench/workloads.h"

namespace chatter::bench {
namespace {

struct Arguments {
  FleetOptions fleet;
  FleetOptions live;  // of catch-up
  Timing timing;
  CallOptions calls;
  int in_flight = 50;
  int window = 1'000;
  double rate = 200;
  int stalled_members = 1;
  double fill_seconds = 10;
};

using Run = std::function<nlohmann::json(const Arguments&)>;

void AddFleetOptions(CLI::App& command, FleetOptions& fleet) {
  command.add_option("--tenant", fleet.tenant);
  command.add_option("--tenants", fleet.tenants, "Spread over TENANT_0, TENANT_1 ...")
      ->check(CLI::Range(1, 10'000));
  command.add_option("--tenant-stride", fleet.tenant_stride)->check(CLI::Range(1, 10'000));
  command.add_option("--rooms", fleet.rooms)->check(CLI::Range(1, 10'000));
  command.add_option("--members", fleet.members, "Of each room")->check(CLI::Range(1, 10'000));
  command.add_option("--text-bytes", fleet.text_bytes)
      ->check(CLI::Range(LoadStream::kMinTextBytes, size_t{16'384}));
  command.add_option("--sample-every", fleet.sample_every, "Time one in so many deliveries")
      ->check(CLI::Range(1, 1'000'000));
}

CLI::App* AddCommand(CLI::App& app, const std::string& name, const std::string& help,
                     Arguments& arguments, Run& run, Run what) {
  CLI::App* command = app.add_subcommand(name, help);
  command->add_option("--warm-up", arguments.timing.warm_up)->check(CLI::Range(0.0, 60.0));
  command->add_option("--seconds", arguments.timing.seconds)->check(CLI::Range(0.1, 120.0));
  command->final_callback([&run, what = std::move(what)] { run = what; });
  return command;
}

void AddStreamCommands(CLI::App& app, Arguments& arguments, Run& run) {
  CLI::App* sends =
      AddCommand(app, "sends", "Every stream keeps some sends in flight", arguments, run,
                 [](const Arguments& a) { return RunSends(a.fleet, a.timing, a.in_flight); });
  AddFleetOptions(*sends, arguments.fleet);
  sends->add_option("--in-flight", arguments.in_flight)->check(CLI::Range(1, 64));

  CLI::App* fan_out =
      AddCommand(app, "fan-out", "As many deliveries in one room as can be", arguments, run,
                 [](const Arguments& a) { return RunFanOut(a.fleet, a.timing, a.window); });
  AddFleetOptions(*fan_out, arguments.fleet);
  fan_out->add_option("--window", arguments.window, "Messages under way to all members")
      ->check(CLI::Range(1, 1'000));

  CLI::App* rate =
      AddCommand(app, "rate", "Sends at a fixed rate", arguments, run,
                 [](const Arguments& a) { return RunRate(a.fleet, a.timing, a.rate); });
  AddFleetOptions(*rate, arguments.fleet);
  rate->add_option("--rate", arguments.rate, "Sends a second")->check(CLI::Range(1.0, 1e6));
  rate->add_flag("--acks-only", arguments.fleet.acks_only, "The server doesn't hand messages on");

  CLI::App* idle = AddCommand(app, "idle", "Streams that do nothing", arguments, run,
                              [](const Arguments& a) { return RunIdle(a.fleet, a.timing); });
  AddFleetOptions(*idle, arguments.fleet);
}

nlohmann::json StallBeside(const Arguments& arguments) {
  FleetOptions live = arguments.fleet;
  live.open_members = live.members - arguments.stalled_members;
  FleetOptions stalled = arguments.fleet;
  stalled.first_member = live.open_members;
  stalled.open_members = arguments.stalled_members;
  stalled.stalls = true;
  return RunStalled(live, stalled, arguments.timing, arguments.fill_seconds, arguments.rate);
}

nlohmann::json CatchUp(const Arguments& arguments) {
  FleetOptions behind = arguments.fleet;
  behind.from_start = true;
  behind.max_opening = 1'000;  // all at once
  FleetOptions live = arguments.live;
  live.address = behind.address;
  return RunCatchUp(behind, live, arguments.timing, arguments.rate);
}

void AddMixedCommands(CLI::App& app, Arguments& arguments, Run& run) {
  CLI::App* stalled =
      AddCommand(app, "stalled", "Sends at a fixed rate, without and with streams that don't read",
                 arguments, run, StallBeside);
  AddFleetOptions(*stalled, arguments.fleet);
  stalled->add_option("--rate", arguments.rate, "Sends a second")->check(CLI::Range(1.0, 1e6));
  stalled->add_option("--fill-seconds", arguments.fill_seconds)->check(CLI::Range(0.0, 60.0));
  stalled->add_option("--stalled", arguments.stalled_members, "So many of each room's members")
      ->check(CLI::Range(1, 10'000));

  CLI::App* catch_up =
      AddCommand(app, "catch-up", "Streams that fetch the whole log, beside sends at a fixed rate",
                 arguments, run, CatchUp);
  AddFleetOptions(*catch_up, arguments.fleet);
  catch_up->add_option("--rate", arguments.rate, "Live sends a second")
      ->check(CLI::Range(1.0, 1e6));
  catch_up->add_option("--live-tenant", arguments.live.tenant);
  catch_up->add_option("--live-rooms", arguments.live.rooms)->check(CLI::Range(0, 10'000));
  catch_up->add_option("--live-members", arguments.live.members)->check(CLI::Range(1, 10'000));
}

void AddCallCommand(CLI::App& app, Arguments& arguments, Run& run) {
  CallOptions& options = arguments.calls;
  CLI::App* calls = AddCommand(app, "calls", "Unary calls", arguments, run, [](const Arguments& a) {
    CallOptions with_address = a.calls;
    with_address.address = a.fleet.address;
    return RunCalls(with_address, a.timing);
  });
  calls->add_option("--method", options.method)->required()->check(CLI::IsMember(CallMethods()));
  calls->add_option("--tenant", options.tenant);
  calls->add_option("--tenants", options.tenants)->check(CLI::Range(1, 10'000));
  calls->add_option("--callers", options.callers)->check(CLI::Range(1, 1'000));
  calls->add_option("--users", options.users)->check(CLI::Range(1, 1'000'000));
  calls->add_option("--members", options.members)->check(CLI::Range(1, 1'000));
  calls->add_option("--fields", options.fields, "Of the rooms returned")->delimiter(',');
  calls->add_option("--page-size", options.page_size)->check(CLI::Range(1, 200));
}

int Main(int argc, char** argv) {
  Arguments arguments;
  arguments.live.rooms = 0;
  Run run;
  CLI::App app("One workload on one Chat server. Prints a JSON object a line: begin, end, result.");
  app.require_subcommand(1);
  app.add_option("--address", arguments.fleet.address, "The server")->required();
  AddStreamCommands(app, arguments, run);
  AddMixedCommands(app, arguments, run);
  AddCallCommand(app, arguments, run);
  CLI11_PARSE(app, argc, argv);
  nlohmann::json result = run(arguments);
  const bool failed = !result["error"].get<std::string>().empty();
  Say("result", std::move(result));
  return failed ? 1 : 0;
}

}  // namespace
}  // namespace chatter::bench

int main(int argc, char** argv) { return chatter::bench::Main(argc, argv); }
