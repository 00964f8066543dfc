#include "client/cli/room_options.h"

#include <CLI/CLI.hpp>

#include "client/cli/name_option.h"
#include "client/cli/repeatable_option.h"

namespace chatter::client::cli {
namespace {

void SetAttributes(const std::vector<std::string>& texts, v1::RoomProfile& profile) {
  for (const std::string& text : texts) {
    const size_t end = text.find('=');
    if (end == std::string::npos) throw CLI::ValidationError("--attribute", "needs KEY=VALUE");
    (*profile.mutable_attributes())[text.substr(0, end)] = text.substr(end + 1);
  }
}

}  // namespace

RoomOptions AddProfileOptions(CLI::App& app, v1::RoomProfile& profile) {
  CLI::Option* name = app.add_option("--name", *profile.mutable_name(), "Name for people");
  CLI::Option* topic = app.add_option("--topic", *profile.mutable_topic(), "What it is about");
  CLI::Option* avatar = app.add_option("--avatar-url", *profile.mutable_avatar_url(),
                                       "Where its picture is: an http or https URL");
  CLI::Option* attributes = Repeatable(app.add_option_function<std::vector<std::string>>(
      "--attribute",
      [&profile](const std::vector<std::string>& texts) { SetAttributes(texts, profile); },
      "The application's own KEY=VALUE; repeatable"));
  CLI::Option* history = AddNameOption<v1::HistoryVisibility>(
      app, "--history", kHistories,
      [&profile](v1::HistoryVisibility visibility) { profile.set_history(visibility); },
      "What members may read of the time before they joined");
  return {{name, "profile.name"},
          {topic, "profile.topic"},
          {avatar, "profile.avatar_url"},
          {attributes, "profile.attributes"},
          {history, "profile.history"}};
}

}  // namespace chatter::client::cli
