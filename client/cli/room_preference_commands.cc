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
#include "client/cli/name_option.h"

namespace chatter::client::cli {
namespace {

constexpr absl::CivilSecond kForGood(9999, 12, 31, 23, 59, 59);

// One that only needs to know which room. The path says what of the preferences counts.
struct Choice {
  const char* name;
  const char* description;
  const char* done;
  const char* path;
};

using Request = v1::UpdateRoomPreferencesRequest;

std::shared_ptr<Request> AddRequest(CLI::App& app, const char* path) {
  auto request = std::make_shared<Request>();
  app.add_option("ROOM", *request->mutable_room_id(), "The room's id")->required();
  request->mutable_update_mask()->add_paths(path);
  return request;
}

void AddChoice(CLI::App& room, Command& command, const Choice& choice,
               const v1::RoomPreferences& preferences) {
  CLI::App* app = room.add_subcommand(choice.name, choice.description);
  const auto request = AddRequest(*app, choice.path);
  *request->mutable_preferences() = preferences;
  app->footer(absl::StrCat("Examples:\n  chatter room ", choice.name, " $ROOM"));
  app->callback([&command, request, done = choice.done] {
    command = [request, done](const Context& context) {
      return CallAsUser(context, *request, &Client::UpdateRoomPreferences, done);
    };
  });
}

void AddMute(CLI::App& room, Command& command) {
  CLI::App* mute = room.add_subcommand("mute", "Be notified of nothing in a room");
  const auto request = AddRequest(*mute, "muted_until");
  auto length = std::make_shared<absl::Duration>(absl::InfiniteDuration());
  AddDurationOption(*mute, "--for", *length, "How long; default: for good");
  mute->footer("Examples:\n  chatter room mute $ROOM --for 8h");
  mute->callback([&command, request, length] {
    const absl::Time for_good = absl::FromCivil(kForGood, absl::UTCTimeZone());
    *request->mutable_preferences()->mutable_muted_until() =
        ToProtoTimestamp(std::min(absl::Now() + *length, for_good));
    command = [request](const Context& context) {
      return CallAsUser(context, *request, &Client::UpdateRoomPreferences, "muted");
    };
  });
}

void AddNotify(CLI::App& room, Command& command) {
  CLI::App* notify = room.add_subcommand("notify", "Choose what to be notified of in a room");
  const auto request = AddRequest(*notify, "notifications");
  AddNameOption<v1::NotificationLevel>(
      *notify, "LEVEL", kLevels,
      [request = request.get()](v1::NotificationLevel level) {
        request->mutable_preferences()->set_notifications(level);
      },
      "All messages, those that mention you or everyone, or none")
      ->required();
  notify->footer("Examples:\n  chatter room notify $ROOM mentions");
  notify->callback([&command, request] {
    command = [request](const Context& context) {
      return CallAsUser(context, *request, &Client::UpdateRoomPreferences, "chosen");
    };
  });
}

}  // namespace

void AddRoomPreferenceCommands(CLI::App& room, Command& command) {
  v1::RoomPreferences pinned;
  pinned.set_pinned(true);
  v1::RoomPreferences hidden;
  hidden.set_hidden(true);
  AddNotify(room, command);
  AddMute(room, command);
  AddChoice(room, command, {"unmute", "Let a muted room be heard again", "unmuted", "muted_until"},
            {});
  AddChoice(room, command, {"pin", "Keep a room among your favourites", "pinned", "pinned"},
            pinned);
  AddChoice(room, command, {"unpin", "Keep it there no more", "unpinned", "pinned"}, {});
  AddChoice(
      room, command,
      {"hide", "Leave a room out of your list, until something happens there", "hidden", "hidden"},
      hidden);
  AddChoice(room, command, {"unhide", "List it again", "unhidden", "hidden"}, {});
}

}  // namespace chatter::client::cli
