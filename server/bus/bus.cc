#include "server/bus/bus.h"

#include <utility>

namespace chatter::bus {

void InProcessBus::PublishEvents(std::vector<CommittedEvents> events) {
  listener_.OnEvents(std::move(events));
}

void InProcessBus::PublishNotice(Notice notice) { listener_.OnNotice(std::move(notice)); }

void InProcessBus::PublishUserNotice(UserNotice notice) {
  listener_.OnUserNotice(std::move(notice));
}

void InProcessBus::PublishRoomJoined(RoomJoined joined) {
  listener_.OnRoomJoined(std::move(joined));
}

}  // namespace chatter::bus
