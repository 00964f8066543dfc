// What roles, kinds of rooms, visibilities of history, levels of notification and features are
// called, in output and in options.
#ifndef CHATTER_CLIENT_CLI_NAMES_H_
#define CHATTER_CLIENT_CLI_NAMES_H_

#include <optional>
#include <span>
#include <string_view>

#include "chatter/v1/member.pb.h"
#include "chatter/v1/preference.pb.h"
#include "chatter/v1/presence.pb.h"
#include "chatter/v1/room.pb.h"
#include "chatter/v1/settings.pb.h"

namespace chatter::client::cli {

template <typename Value>
struct Name {
  const char* text;
  Value value;
};

inline constexpr Name<v1::MemberRole> kRoles[] = {{"reader", v1::MEMBER_ROLE_READER},
                                                  {"member", v1::MEMBER_ROLE_MEMBER},
                                                  {"moderator", v1::MEMBER_ROLE_MODERATOR},
                                                  {"owner", v1::MEMBER_ROLE_OWNER}};
inline constexpr Name<v1::RoomKind> kKinds[] = {{"direct", v1::ROOM_KIND_DIRECT},
                                                {"group", v1::ROOM_KIND_GROUP},
                                                {"public", v1::ROOM_KIND_PUBLIC}};
inline constexpr Name<v1::HistoryVisibility> kHistories[] = {
    {"whole", v1::HISTORY_VISIBILITY_WHOLE}, {"since-joined", v1::HISTORY_VISIBILITY_SINCE_JOINED}};
inline constexpr Name<v1::Feature> kFeatures[] = {
    {"typing", v1::FEATURE_TYPING},
    {"presence", v1::FEATURE_PRESENCE},
    {"read-marks", v1::FEATURE_READ_MARKS},
    {"reactions", v1::FEATURE_REACTIONS},
    {"threads", v1::FEATURE_THREADS},
    {"mentions-of-everyone", v1::FEATURE_MENTIONS_OF_EVERYONE},
    {"public-rooms", v1::FEATURE_PUBLIC_ROOMS},
    {"editing", v1::FEATURE_EDITING},
    {"deleting", v1::FEATURE_DELETING}};
inline constexpr Name<v1::NotificationLevel> kLevels[] = {
    {"all", v1::NOTIFICATION_LEVEL_ALL},
    {"mentions", v1::NOTIFICATION_LEVEL_MENTIONS},
    {"none", v1::NOTIFICATION_LEVEL_NONE}};
inline constexpr Name<v1::PresenceStatus> kPresences[] = {{"online", v1::PRESENCE_STATUS_ONLINE},
                                                          {"away", v1::PRESENCE_STATUS_AWAY},
                                                          {"offline", v1::PRESENCE_STATUS_OFFLINE}};

template <typename Value>
const char* NameOf(std::span<const Name<Value>> names, Value value) {
  for (const auto& name : names) {
    if (name.value == value) return name.text;
  }
  return "something that this version doesn't know";
}

template <typename Value>
std::optional<Value> ValueOf(std::span<const Name<Value>> names, std::string_view text) {
  for (const auto& name : names) {
    if (name.text == text) return name.value;
  }
  return std::nullopt;
}

inline const char* NameOf(v1::MemberRole role) { return NameOf<v1::MemberRole>(kRoles, role); }
inline const char* NameOf(v1::RoomKind kind) { return NameOf<v1::RoomKind>(kKinds, kind); }
inline const char* NameOf(v1::PresenceStatus status) {
  return NameOf<v1::PresenceStatus>(kPresences, status);
}

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_NAMES_H_
