#include <google/protobuf/descriptor.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "client/base/proto_time.h"
#include "client/cli/commands.h"
#include "client/cli/duration_option.h"
#include "client/cli/names.h"
#include "client/cli/output.h"
#include "client/cli/repeatable_option.h"
#include "client/cli/report.h"

namespace chatter::client::cli {
namespace {

struct SettingsArguments {
  v1::UpdateSettingsRequest request;
  std::vector<std::string> disable;
  std::vector<std::string> enable;
  absl::Duration rewrite_window;
  bool wait = true;  // for the search language
};

constexpr char kSearchLanguage[] = "search_language";
constexpr absl::Duration kPollInterval = absl::Milliseconds(500);

std::string OrNone(const std::string& text) { return text.empty() ? "none" : text; }

std::string DisabledFeatures(const v1::Settings& settings) {
  std::vector<std::string> names;
  for (const int feature : settings.disabled_features()) {
    names.emplace_back(NameOf<v1::Feature>(kFeatures, static_cast<v1::Feature>(feature)));
  }
  return absl::StrJoin(names, ", ");
}

std::string RewriteWindow(const v1::Settings& settings) {
  if (!settings.has_rewrite_window()) return "";
  return absl::FormatDuration(ToAbslDuration(settings.rewrite_window()));
}

void AddSettingRows(const v1::Settings& settings, Table& table) {
  table.AddRow({"disabled features", OrNone(DisabledFeatures(settings))});
  table.AddRow({"rewrite window", OrNone(RewriteWindow(settings))});
  table.AddRow({"edits", settings.forgets_edits() ? "forgotten" : "kept"});
  table.AddRow({"search language", OrNone(settings.search_language())});
  if (!settings.has_search_language_change()) return;
  const v1::SearchLanguageChange& change = settings.search_language_change();
  const bool has_failed = change.state() == v1::SEARCH_LANGUAGE_CHANGE_STATE_FAILED;
  table.AddRow(
      {has_failed ? "failed" : "in preparation",
       absl::StrCat(OrNone(change.search_language()), ", since ", FormatTime(change.requested_at()),
                    has_failed ? ", SQLSTATE " : "", change.sqlstate())});
}

bool IsPreparing(const v1::Settings& settings) {
  return settings.has_search_language_change() &&
         settings.search_language_change().state() == v1::SEARCH_LANGUAGE_CHANGE_STATE_PREPARING;
}

// Until the search language is in force, or has failed.
absl::Status AwaitSearchLanguage(const Context& context, Client& client, v1::Settings& settings) {
  if (!IsPreparing(settings)) return absl::OkStatus();
  context.err() << "Indexing all messages. The server goes on if you don't wait; see "
                   "'chatter settings'.\n"
                << std::flush;
  do {
    absl::SleepFor(kPollInterval);
    const auto now = client.GetSettings({});
    if (!now.ok()) return now.status();
    settings = now->settings();
  } while (IsPreparing(settings));
  if (!settings.has_search_language_change()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the search language couldn't be prepared (SQLSTATE ",
                   settings.search_language_change().sqlstate(), "); the server's log tells why"));
}

// Whatever there is, by the names of the API.
void AddLimitRows(const v1::Limits& limits, Table& table) {
  const auto* fields = limits.GetDescriptor();
  for (int i = 0; i < fields->field_count(); ++i) {
    const int32_t value = limits.GetReflection()->GetInt32(limits, fields->field(i));
    table.AddRow({fields->field(i)->name(), absl::StrCat(value)});
  }
}

absl::Status ShowSettings(const Context& context) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->GetSettings({});
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] {
    Table table({"SETTING", "VALUE"});
    AddSettingRows(response->settings(), table);
    table.AddRow({"server_version", response->server_version()});
    AddLimitRows(response->limits(), table);
    table.Print(context.out());
  });
}

// Features that this version doesn't know stay as they are.
std::set<int> DisabledThen(const v1::Settings& settings, const SettingsArguments& arguments) {
  std::set<int> disabled(settings.disabled_features().begin(), settings.disabled_features().end());
  for (const std::string& name : arguments.disable) {
    disabled.insert(*ValueOf<v1::Feature>(kFeatures, name));
  }
  for (const std::string& name : arguments.enable) {
    disabled.erase(*ValueOf<v1::Feature>(kFeatures, name));
  }
  return disabled;
}

bool IsNamed(const v1::UpdateSettingsRequest& request, std::string_view path) {
  const auto& paths = request.update_mask().paths();
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

absl::Status SetSettings(const Context& context, const SettingsArguments& arguments) {
  v1::UpdateSettingsRequest request = arguments.request;
  const bool sets_features = !arguments.disable.empty() || !arguments.enable.empty();
  if (!sets_features && request.update_mask().paths().empty()) {
    return UsageError("give at least one of the options that 'chatter settings set --help' shows");
  }
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  if (sets_features) {
    const auto now = (*client)->GetSettings({});
    if (!now.ok()) return now.status();
    for (const int feature : DisabledThen(now->settings(), arguments)) {
      request.mutable_settings()->add_disabled_features(static_cast<v1::Feature>(feature));
    }
    request.mutable_update_mask()->add_paths("disabled_features");
  }
  auto response = (*client)->UpdateSettings(request);
  if (!response.ok()) return response.status();
  if (arguments.wait && IsNamed(request, kSearchLanguage)) {
    absl::Status ready = AwaitSearchLanguage(context, **client, *response->mutable_settings());
    if (!ready.ok()) return ready;
  }
  return context.Show(*response, [&] {
    Table table({"SETTING", "VALUE"});
    AddSettingRows(response->settings(), table);
    table.Print(context.out());
  });
}

CLI::Option* AddFeatures(CLI::App& set, const std::string& name, std::vector<std::string>& features,
                         const std::string& description) {
  std::vector<std::string> names;
  for (const auto& feature : kFeatures) names.emplace_back(feature.text);
  return Repeatable(set.add_option(name, features, description))->check(CLI::IsMember(names));
}

void AddSettingsSet(CLI::App& settings, Command& command) {
  CLI::App* set = settings.add_subcommand("set", "Change what the tenant has chosen");
  auto arguments = std::make_shared<SettingsArguments>();
  AddFeatures(*set, "--disable", arguments->disable, "Something that isn't wanted; repeatable");
  AddFeatures(*set, "--enable", arguments->enable, "Something that is wanted again; repeatable");
  CLI::Option* window =
      AddDurationOption(*set, "--rewrite-window", arguments->rewrite_window,
                        "How long after it was sent a message may be edited or deleted by its "
                        "sender");
  CLI::Option* no_window = set->add_flag("--no-rewrite-window")->description("... always");
  no_window->excludes(window);
  CLI::Option* forget =
      set->add_flag("--forget-edits")->description("An edit erases the texts that were before it");
  CLI::Option* keep = set->add_flag("--keep-edits")->description("An edit keeps them");
  keep->excludes(forget);
  CLI::Option* language = set->add_option(
      "--search-language", *arguments->request.mutable_settings()->mutable_search_language(),
      "By whose rules messages can be searched, english say; '': they can't be");
  CLI::Option* no_wait =
      set->add_flag("--no-wait")
          ->description("Don't wait until all messages are indexed for the search language");
  set->footer(
      "What isn't given stays. As a service, or with the administrator's key.\n"
      "Examples:\n"
      "  chatter settings set --disable reactions --disable public-rooms\n"
      "  chatter settings set --enable reactions --rewrite-window 15m --forget-edits");
  set->callback([&command, arguments, window, no_window, forget, keep, language, no_wait] {
    v1::UpdateSettingsRequest& request = arguments->request;
    if (window->count() > 0) {
      *request.mutable_settings()->mutable_rewrite_window() =
          ToProtoDuration(arguments->rewrite_window);
    }
    request.mutable_settings()->set_forgets_edits(forget->count() > 0);
    auto& mask = *request.mutable_update_mask();
    if (window->count() + no_window->count() > 0) mask.add_paths("rewrite_window");
    if (forget->count() + keep->count() > 0) mask.add_paths("forgets_edits");
    if (language->count() > 0) mask.add_paths(kSearchLanguage);
    arguments->wait = no_wait->count() == 0;
    command = [arguments](const Context& context) { return SetSettings(context, *arguments); };
  });
}

}  // namespace

void AddSettingsCommands(CLI::App& program, Command& command) {
  CLI::App* settings = program.add_subcommand(
      "settings", "Show what the tenant has chosen, and the server's bounds");
  settings->footer("Examples:\n  chatter settings --json");
  settings->callback([&command, settings] {
    if (settings->get_subcommands().empty()) command = ShowSettings;
  });
  AddSettingsSet(*settings, command);
}

}  // namespace chatter::client::cli
