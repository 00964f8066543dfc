// What nodes tell each other: hints.
//
// The log and the tables are the truth. A hint may be lost, repeated, late or overtaken by another:
// that costs latency, never a message.
#ifndef CHATTER_SERVER_BUS_BUS_H_
#define CHATTER_SERVER_BUS_BUS_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "server/base/crypto.h"
#include "server/model/room.h"

namespace chatter::bus {

// What one commit has added to the logs of rooms: of each room once, and not empty.
using Commit = std::vector<CommittedEvents>;

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

// What the tenant has chosen has changed, or may have.
struct SettingsChanged {
  TenantKey tenant;
};

// The tenant was made or changed, or may have been. `domains` lead to it, or led to it before.
struct TenantChanged {
  SchemaName name;
  std::vector<std::string> domains;
};

// Sessions have ended, or may have: those with these tokens.
struct SessionsEnded {
  TenantKey tenant;
  std::vector<Sha256Digest> token_digests;
};

// A service account, its keys or its certificates have changed, or may have.
struct ServiceAccountsChanged {};

// The user has chosen whether others see that the user is there.
struct VisibilityChosen {
  UserKey user;
  bool invisible = false;
};

// All kinds. How they go from process to process: codec.h.
using Message = std::variant<Commit, Notice, UserNotice, RoomJoined, SettingsChanged, TenantChanged,
                             SessionsEnded, ServiceAccountsChanged, VisibilityChosen>;

// Hears what any node publishes. Called from several threads. Must not block.
using Listener = std::function<void(Message)>;

// One node's end of the bus. Thread-safe.
class Bus {
 public:
  virtual ~Bus() = default;

  // The node's own listener has been called when this returns: whoever has changed something finds
  // it changed here.
  virtual void Publish(Message message) = 0;

  // The node wants to hear what concerns the room or the user; of what concerns neither, it hears
  // in any case. Of what nobody follows here, the bus needn't bring what other nodes publish. Each
  // Follow is ended by one Unfollow, and several count as several, as they may overtake each other.
  virtual void Follow(const RoomKey& room) = 0;
  virtual void Unfollow(const RoomKey& room) = 0;
  virtual void Follow(const UserKey& user) = 0;
  virtual void Unfollow(const UserKey& user) = 0;
};

// For a node that is alone. What is published stays what it is: nothing is copied, nor encoded.
class InProcessBus final : public Bus {
 public:
  // What was published before is lost. REQUIRES: called once, before other threads publish.
  void Listen(Listener listener) { listener_ = std::move(listener); }

  void Publish(Message message) override {
    if (listener_) listener_(std::move(message));
  }
  void Follow(const RoomKey&) override {}
  void Unfollow(const RoomKey&) override {}
  void Follow(const UserKey&) override {}
  void Unfollow(const UserKey&) override {}

 private:
  Listener listener_;
};

}  // namespace chatter::bus

#endif  // CHATTER_SERVER_BUS_BUS_H_
