#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "client/cli/calls.h"
#include "client/cli/commands.h"
#include "client/cli/output.h"
#include "client/cli/place_options.h"
#include "client/cli/terminal_text.h"

namespace chatter::client::cli {
namespace {

using UpdateRequest = v1::UpdatePreferencesRequest;

// Two digits, below `end`.
std::optional<int> ParsePair(const std::string& digits, int end) {
  int number = 0;
  if (digits.size() != 2 || !absl::SimpleAtoi(digits, &number)) return std::nullopt;
  if (number < 0 || number >= end) return std::nullopt;
  return number;
}

// Minutes after midnight, of a time such as 22:00.
std::optional<int> ParseMinute(const std::string& text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const std::optional<int> hour = ParsePair(text.substr(0, 2), 24);
  const std::optional<int> minute = ParsePair(text.substr(3), 60);
  if (!hour.has_value() || !minute.has_value()) return std::nullopt;
  return *hour * 60 + *minute;
}

void ParseHours(const std::string& text, v1::DoNotDisturb& hours) {
  const size_t dash = text.find('-');
  const std::optional<int> from = ParseMinute(text.substr(0, dash));
  const std::optional<int> to =
      dash == std::string::npos ? std::nullopt : ParseMinute(text.substr(dash + 1));
  if (!from.has_value() || !to.has_value()) {
    throw CLI::ValidationError("--do-not-disturb", "needs hours, say 22:00-07:00");
  }
  hours.set_from_minute(*from);
  hours.set_to_minute(*to);
}

std::string HoursOf(const v1::Preferences& preferences) {
  if (!preferences.has_do_not_disturb()) return "never";
  const v1::DoNotDisturb& hours = preferences.do_not_disturb();
  return absl::StrFormat("%02d:%02d-%02d:%02d %s", hours.from_minute() / 60,
                         hours.from_minute() % 60, hours.to_minute() / 60, hours.to_minute() % 60,
                         hours.time_zone().empty() ? "UTC" : hours.time_zone());
}

void PrintPreferences(const Context& context, const v1::Preferences& preferences) {
  Table table({"DO NOT DISTURB", "READ MARKS", "PRESENCE"});
  table.AddRow({HoursOf(preferences), preferences.hides_read_marks() ? "hidden" : "shown",
                preferences.invisible() ? "invisible" : "visible"});
  table.Print(context.out());
}

absl::Status GetPreferences(const Context& context) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->GetPreferences({});
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { PrintPreferences(context, response->preferences()); });
}

absl::Status UpdatePreferences(const Context& context, const UpdateRequest& request) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->UpdatePreferences(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { PrintPreferences(context, response->preferences()); });
}

absl::Status ListRecipients(const Context& context, const v1::ListRecipientsRequest& request) {
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  const auto all = ListAll(**client, request, &Client::ListRecipients);
  if (!all.ok()) return all.status();
  return context.Show(*all, [&] {
    for (const std::string& user_id : all->user_ids()) context.out() << Sanitize(user_id) << "\n";
  });
}

// Each option, with the path of what it sets.
using Options = std::vector<std::pair<CLI::Option*, const char*>>;

Options AddHours(CLI::App& app, const std::shared_ptr<UpdateRequest>& request) {
  CLI::Option* hours =
      app.add_option_function<std::string>(
             "--do-not-disturb",
             [request](const std::string& text) {
               ParseHours(text, *request->mutable_preferences()->mutable_do_not_disturb());
             },
             "When not to be notified of anything, every day")
          ->type_name("HH:MM-HH:MM");
  app.add_option_function<std::string>(
         "--time-zone",
         [request](const std::string& name) {
           request->mutable_preferences()->mutable_do_not_disturb()->set_time_zone(name);
         },
         "Where it is that time, say Europe/Berlin; default: UTC")
      ->needs(hours);
  CLI::Option* never = app.add_flag("--no-do-not-disturb")->description("Be notified at any time");
  return {{hours, "do_not_disturb"}, {never->excludes(hours), "do_not_disturb"}};
}

Options AddSwitches(CLI::App& app, const std::shared_ptr<UpdateRequest>& request) {
  CLI::Option* hides = app.add_flag_function(
      "--hide-read-marks,!--show-read-marks",
      [request](int64_t count) { request->mutable_preferences()->set_hides_read_marks(count > 0); },
      "Whether others are told how far you have read");
  CLI::Option* invisible = app.add_flag_function(
      "--invisible,!--visible",
      [request](int64_t count) { request->mutable_preferences()->set_invisible(count > 0); },
      "Whether you seem to be offline to others");
  return {{hides, "hides_read_marks"}, {invisible, "invisible"}};
}

void AddPreferences(CLI::App& program, Command& command) {
  CLI::App* app = program.add_subcommand(
      "preferences", "Show what you have chosen for all rooms, or change what is given");
  auto request = std::make_shared<UpdateRequest>();
  Options options = AddHours(*app, request);
  for (const auto& option : AddSwitches(*app, request)) options.push_back(option);
  app->footer(
      "What is chosen for one room: 'chatter room notify', 'mute', 'pin' and 'hide'.\n"
      "Examples:\n"
      "  chatter preferences --do-not-disturb 22:00-07:00 --time-zone Europe/Berlin\n"
      "  chatter preferences --hide-read-marks --visible");
  app->callback([&command, request, options] {
    for (const auto& [option, path] : options) {
      if (option->count() > 0) request->mutable_update_mask()->add_paths(path);
    }
    if (request->update_mask().paths().empty()) {
      command = GetPreferences;
      return;
    }
    command = [request](const Context& context) { return UpdatePreferences(context, *request); };
  });
}

void AddRecipients(CLI::App& program, Command& command) {
  CLI::App* app = program.add_subcommand(
      "recipients", "Show whom a back end is to notify of a message now, a line each");
  auto request = std::make_shared<v1::ListRecipientsRequest>();
  AddPlaceOptions(*app, *request);
  app->footer("Examples:\n  chatter recipients $ROOM 4711");
  app->callback([&command, request] {
    command = [request](const Context& context) { return ListRecipients(context, *request); };
  });
}

}  // namespace

void AddPreferenceCommands(CLI::App& program, Command& command) {
  AddPreferences(program, command);
  AddRecipients(program, command);
}

}  // namespace chatter::client::cli
