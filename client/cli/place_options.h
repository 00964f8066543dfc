// ROOM and SEQ: what commands about one message take.
#ifndef CHATTER_CLIENT_CLI_PLACE_OPTIONS_H_
#define CHATTER_CLIENT_CLI_PLACE_OPTIONS_H_

#include <CLI/CLI.hpp>
#include <cstdint>

#include "client/cli/sequence_number.h"

namespace chatter::client::cli {

// They go into the request. REQUIRES: it outlives `app`.
template <typename Request>
void AddPlaceOptions(CLI::App& app, Request& request) {
  app.add_option("ROOM", *request.mutable_room_id(), "The room's id")->required();
  app.add_option_function<uint64_t>(
         "SEQ", [&request](uint64_t seq) { request.set_seq(seq); }, "The message's sequence number")
      ->check(SequenceNumber())
      ->required();
}

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_PLACE_OPTIONS_H_
