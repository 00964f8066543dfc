#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/base/proto_time.h"
#include "client/cli/calls.h"
#include "client/cli/commands.h"
#include "client/cli/duration_option.h"
#include "client/cli/output.h"
#include "client/cli/terminal_text.h"

namespace chatter::client::cli {
namespace {

// The message with a star before and behind each match.
v1::Message Marked(const v1::SearchHit& hit) {
  v1::Message message = hit.message();
  const std::string& text = hit.message().text();
  std::string marked;
  size_t at = 0;
  for (const v1::TextRange& range : hit.highlights()) {
    const size_t begin = std::clamp(static_cast<size_t>(range.begin()), at, text.size());
    const size_t end = std::clamp(static_cast<size_t>(range.end()), begin, text.size());
    absl::StrAppend(&marked, text.substr(at, begin - at), "*", text.substr(begin, end - begin),
                    "*");
    at = end;
  }
  message.set_text(marked + text.substr(at));
  return message;
}

absl::Status SearchMessages(const Context& context, const v1::SearchMessagesRequest& request) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->SearchMessages(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] {
    for (const v1::SearchHit& hit : response->hits()) {
      context.out() << Sanitize(hit.message().room_id()) << "  " << FormatMessage(Marked(hit))
                    << "\n";
    }
  });
}

}  // namespace

void AddSearchCommand(CLI::App& program, Command& command) {
  CLI::App* search = program.add_subcommand("search", "Find messages by their words");
  auto request = std::make_shared<v1::SearchMessagesRequest>();
  search
      ->add_option("QUERY", *request->mutable_query(),
                   "Words that must all be there, or, -word, \"some phrase\"")
      ->required();
  search->add_option("--room", *request->mutable_room_id(), "Only in this room");
  search->add_option("--from", *request->mutable_sender_id(), "Only from this user");
  search
      ->add_option_function<int32_t>(
          "--limit", [request](int32_t limit) { request->set_page_size(limit); }, "At most so many")
      ->check(CLI::Range(1, 50))
      ->default_str("20");
  search->add_flag_callback(
      "--latest", [request] { request->set_order(v1::SEARCH_ORDER_LATEST); },
      "The latest first, and not the best");
  search->add_flag_callback(
      "--with-attachment", [request] { request->set_has_attachment(true); },
      "Only what has an attachment");
  search->add_flag_callback(
      "--mentions-me", [request] { request->set_mentions_me(true); },
      "Only what mentions you, or everyone");
  const auto within = std::make_shared<absl::Duration>(absl::InfiniteDuration());
  AddDurationOption(*search, "--within", *within, "Only what was stored no longer ago than that");
  search->footer(
      "The best come first. Words of the query are shown *so*.\n"
      "Examples:\n"
      "  chatter search 'invoice -paid' --from bob\n"
      "  chatter search '\"red apples\" or pears' --room $ROOM\n"
      "  chatter search report --with-attachment --latest --within 168h");
  search->callback([&command, request, within] {
    if (*within < absl::InfiniteDuration()) {
      *request->mutable_stored_from() = ToProtoTimestamp(absl::Now() - *within);
    }
    command = [request](const Context& context) { return SearchMessages(context, *request); };
  });
}

}  // namespace chatter::client::cli
