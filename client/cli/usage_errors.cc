#include "client/cli/usage_errors.h"

#include <CLI/CLI.hpp>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/base/read_file.h"
#include "client/cli/nearest.h"

namespace chatter::client::cli {
namespace {

using WordList = std::vector<std::string>;

std::string PathOf(const CLI::App& command) {
  if (command.get_parent() == nullptr) return command.get_name();
  return absl::StrCat(PathOf(*command.get_parent()), " ", command.get_name());
}

WordList CommandNames(const CLI::App& app) {
  WordList names;
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    if (!command->get_name().empty()) names.push_back(command->get_name());
  }
  return names;
}

// Those of groups, which are commands without a name, too.
void AddOptionNames(const CLI::App& app, WordList& names) {
  for (const CLI::Option* option : app.get_options(nullptr)) {
    for (const std::string& name : option->get_lnames()) names.push_back(absl::StrCat("--", name));
  }
  for (const CLI::App* group : app.get_subcommands(nullptr)) {
    if (group->get_name().empty()) AddOptionNames(*group, names);
  }
}

// Those of the command and of all that it belongs to.
WordList OptionNames(const CLI::App& command) {
  WordList names;
  for (const CLI::App* app = &command; app != nullptr; app = app->get_parent()) {
    AddOptionNames(*app, names);
  }
  return names;
}

std::string DidYouMean(const std::string& name) {
  return name.empty() ? "" : absl::StrCat(": did you mean '", name, "'?");
}

bool IsOption(const std::string& word) { return word.size() > 1 && word[0] == '-'; }

// The argument that is a text of people's; nullptr: the command has none.
const CLI::Option* TextArgument(const CLI::App& command) {
  for (const CLI::Option* option : command.get_options(nullptr)) {
    const std::string& name = option->get_single_name();
    const bool is_text = name == "TEXT" || name == "QUERY" || name == "REACTION";
    if (option->get_positional() && is_text) return option;
  }
  return nullptr;
}

// What took the word before those that nobody takes, if it is a text; else nullptr.
const CLI::Option* CutText(const CLI::App& command) {
  if (const CLI::Option* argument = TextArgument(command)) return argument;
  if (command.parse_order().empty()) return nullptr;
  const CLI::Option* last = command.parse_order().back();
  return !last->get_positional() && last->get_type_name() == "TEXT" ? last : nullptr;
}

std::string Quoted(const std::string& text) {
  return absl::StrContains(text, '\'') ? absl::StrCat("\"", text, "\"")
                                       : absl::StrCat("'", text, "'");
}

std::string ExplainOption(const CLI::App& command, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  const std::string nearest = Nearest(name, OptionNames(command));
  std::string words =
      absl::StrCat("'", PathOf(command), "' has no option '", name, "'", DidYouMean(nearest));
  if (nearest.empty() && TextArgument(command) != nullptr) {
    absl::StrAppend(&words, ": before a text that begins with -, put --");
  }
  return words;
}

std::string ExplainWord(const CLI::App& command, const WordList& extras) {
  const CLI::Option* cut = CutText(command);
  if (cut == nullptr || cut->results().empty()) {
    return absl::StrCat("'", PathOf(command), "' takes no '", extras.front(), "'");
  }
  std::string text = cut->results().back();
  for (const std::string& word : extras) {
    if (IsOption(word)) break;
    absl::StrAppend(&text, " ", word);
  }
  const std::string option =
      cut->get_positional() ? "" : absl::StrCat("--", cut->get_single_name(), " ");
  return absl::StrCat("a text with spaces needs quotes: ", option, Quoted(text));
}

std::string ExplainExtras(const CLI::App& command, const WordList& extras) {
  if (IsOption(extras.front())) return ExplainOption(command, extras.front());
  if (!CommandNames(command).empty()) return NoSuchCommand(command, extras.front());
  return ExplainWord(command, extras);
}

std::string SettingsFile(const CLI::App& program) {
  return program.get_config_ptr()->as<std::string>();
}

std::string ExplainUnreadable(const CLI::App& program, const CLI::ParseError& error) {
  const auto content = ReadFile(SettingsFile(program));
  return absl::StrCat("--config: ",
                      content.ok() ? error.what() : std::string(content.status().message()));
}

// REQUIRES: the settings' file holds what isn't a setting.
std::string ExplainSetting(const CLI::App& program, const std::string& words) {
  constexpr std::string_view kBefore = "INI was not able to parse ";
  if (!words.starts_with(kBefore)) return words;
  const std::string name = words.substr(kBefore.size());
  std::string nearest = Nearest(absl::StrCat("--", name), OptionNames(program));
  if (!nearest.empty()) nearest.erase(0, 2);
  return absl::StrCat("the file ", SettingsFile(program), " has '", name, "', which is no setting",
                      DidYouMean(nearest));
}

std::string WhatIsWrong(const CLI::App& program, const CLI::ParseError& error) {
  const CLI::App& command = ReachedCommand(program);
  if (error.get_name() == "FileError") return ExplainUnreadable(program, error);
  if (error.get_name() == "ConfigError") return ExplainSetting(program, error.what());
  if (LacksCommand(program, error)) return absl::StrCat("'", PathOf(command), "' needs a command");
  const WordList extras = program.remaining(true);
  // What is missing was perhaps given under another name.
  const bool is_missing = error.get_name() == "RequiredError";
  const bool is_help = error.get_name() == "CallForHelp";
  const bool is_extra = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  if (!extras.empty() && (is_missing || is_help || is_extra)) {
    return ExplainExtras(command, extras);
  }
  return error.what();
}

}  // namespace

const CLI::App* FindCommand(const CLI::App& app, const std::string& name) {
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    if (!name.empty() && command->get_name() == name) return command;
  }
  return nullptr;
}

const CLI::App& ReachedCommand(const CLI::App& program) {
  const CLI::App* command = &program;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().back();
  return *command;
}

bool NamesNoCommand(const CLI::App& program) {
  const WordList extras = program.remaining(true);
  return !extras.empty() && !IsOption(extras.front()) &&
         !CommandNames(ReachedCommand(program)).empty();
}

bool LacksCommand(const CLI::App& program, const CLI::ParseError& error) {
  return error.get_name() == "RequiredError" && program.remaining(true).empty() &&
         ReachedCommand(program).get_require_subcommand_min() > 0;
}

std::string NoSuchCommand(const CLI::App& app, const std::string& name) {
  const std::string nearest = Nearest(name, CommandNames(app));
  const std::string path = PathOf(app);
  return absl::StrCat("there is no command '", path, " ", name, "'",
                      DidYouMean(nearest.empty() ? "" : absl::StrCat(path, " ", nearest)));
}

std::string ExplainUsage(const CLI::App& program, const CLI::ParseError& error) {
  return absl::StrCat(WhatIsWrong(program, error), " (see '", PathOf(ReachedCommand(program)),
                      " --help')");
}

}  // namespace chatter::client::cli
