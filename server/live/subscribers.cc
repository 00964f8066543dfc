#include "server/live/subscribers.h"

#include <utility>
#include <variant>

namespace chatter::live {
namespace {

struct Tell {
  const Subscribers& to;

  void operator()(bus::Commit& commit) const { to.hub.OnEvents(std::move(commit)); }
  void operator()(bus::Notice& notice) const { to.hub.OnNotice(std::move(notice)); }
  void operator()(bus::UserNotice& notice) const { to.hub.OnUserNotice(std::move(notice)); }
  void operator()(bus::RoomJoined& joined) const { to.hub.OnRoomJoined(std::move(joined)); }
};

}  // namespace

void Subscribers::operator()(bus::Message message) const { std::visit(Tell{*this}, message); }

}  // namespace chatter::live
