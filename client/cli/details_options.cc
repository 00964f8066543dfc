#include "client/cli/details_options.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "client/cli/repeatable_option.h"
#include "client/cli/sequence_number.h"

namespace chatter::client::cli {
namespace {

void SetForwardedFrom(const std::string& place, v1::MessageDetails& details) {
  const size_t slash = place.find('/');
  uint64_t seq = 0;
  if (slash == std::string::npos || !IsSequenceNumber(place.substr(slash + 1)) ||
      !absl::SimpleAtoi(place.substr(slash + 1), &seq)) {
    throw CLI::ValidationError("--forward", "takes ROOM/SEQ, not " + place);
  }
  details.mutable_forwarded_from()->set_room_id(place.substr(0, slash));
  details.mutable_forwarded_from()->set_seq(seq);
}

}  // namespace

void AddDetailsOptions(CLI::App& app, v1::MessageDetails& details) {
  app.add_option_function<uint64_t>(
         "--reply-to", [&details](uint64_t seq) { details.set_reply_to_seq(seq); },
         "Show it with the message of this sequence number")
      ->check(SequenceNumber())
      ->type_name("SEQ");
  app.add_option_function<uint64_t>(
         "--thread", [&details](uint64_t seq) { details.set_thread_seq(seq); },
         "Put it into the thread of the message of this sequence number")
      ->check(SequenceNumber())
      ->type_name("SEQ");
  Repeatable(app.add_option_function<std::vector<std::string>>(
                 "--mention",
                 [&details](const std::vector<std::string>& users) {
                   details.mutable_mentioned_user_ids()->Assign(users.begin(), users.end());
                 },
                 "Somebody in the room whom it mentions; may be given again"))
      ->type_name("USER");
  app.add_flag_function(
      "--everyone", [&details](int64_t) { details.set_mentions_everyone(true); },
      "Mention everyone in the room");
  Repeatable(app.add_option_function<std::vector<std::string>>(
                 "--attach",
                 [&details](const std::vector<std::string>& urls) {
                   for (const std::string& url : urls) details.add_attachments()->set_url(url);
                 },
                 "Where a file or picture is that goes with it; may be given again"))
      ->type_name("URL");
  app.add_option_function<std::string>(
         "--forward", [&details](const std::string& place) { SetForwardedFrom(place, details); },
         "Send a copy of this message, without a TEXT of one's own")
      ->type_name("ROOM/SEQ");
}

}  // namespace chatter::client::cli
