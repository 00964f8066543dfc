// What nodes tell each other: hints.
//
// The log is the truth. A hint may be lost, repeated or late: that costs latency, never a message.
// Thread-safe.
#ifndef CHATTER_SERVER_BUS_BUS_H_
#define CHATTER_SERVER_BUS_BUS_H_

#include <optional>
#include <string>
#include <vector>

#include "server/model/room.h"

namespace chatter::bus {

// Something that isn't part of any log, from a user to all who follow a room.
struct Notice {
  RoomKey room;
  std::string user_id;
  EncodedEvent event;
  std::optional<bool> typing = {};  // of a typing notice: whether the user is
};

// The same, to all who follow a user.
struct UserNotice {
  UserKey user;
  EncodedEvent event;
};

// Users are in a room, perhaps only now: since its event `seq`.
struct RoomJoined {
  TenantKey tenant;
  RoomId room;
  uint64_t seq = 1;
  std::vector<std::string> user_ids;
};

// Hears of what any node publishes, its own included. Must not block.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void OnEvents(std::vector<CommittedEvents> events) = 0;
  virtual void OnNotice(Notice notice) = 0;
  virtual void OnUserNotice(UserNotice notice) = 0;
  virtual void OnRoomJoined(RoomJoined joined) = 0;
};

class Bus {
 public:
  virtual ~Bus() = default;
  virtual void PublishEvents(std::vector<CommittedEvents> events) = 0;
  virtual void PublishNotice(Notice notice) = 0;
  virtual void PublishUserNotice(UserNotice notice) = 0;
  virtual void PublishRoomJoined(RoomJoined joined) = 0;
};

// For a node that is alone. The listener must outlive the bus.
class InProcessBus final : public Bus {
 public:
  explicit InProcessBus(Listener& listener) : listener_(listener) {}
  void PublishEvents(std::vector<CommittedEvents> events) override;
  void PublishNotice(Notice notice) override;
  void PublishUserNotice(UserNotice notice) override;
  void PublishRoomJoined(RoomJoined joined) override;

 private:
  Listener& listener_;
};

}  // namespace chatter::bus

#endif  // CHATTER_SERVER_BUS_BUS_H_
