// Changes to messages, as calls: see MessageService.
//
// As with RoomChanger, what is stored is decided on what the room and the message are, and where
// others were quicker, it starts again. Thread-safe. What it is made from must outlive it and every
// call that is not answered yet. Callbacks run on the calling thread (for a request that breaks a
// rule) or on the database's.
#ifndef CHATTER_SERVER_ROOMS_MESSAGE_CHANGER_H_
#define CHATTER_SERVER_ROOMS_MESSAGE_CHANGER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "chatter/v1/message.pb.h"
#include "server/base/callback.h"
#include "server/bus/bus.h"
#include "server/model/caller.h"
#include "server/model/errors.h"
#include "server/model/model.h"
#include "server/model/room.h"
#include "server/rooms/message_rules.h"
#include "server/store/message_changes.h"
#include "server/tenants/tenant_settings.h"

namespace chatter::rooms {

// Which message a call is about.
struct MessagePlace {
  std::string room_id;
  uint64_t seq = 0;
};

class MessageChanger {
 public:
  MessageChanger(store::MessageChanges& store, tenants::TenantSettings& settings, bus::Bus& bus)
      : store_(store), settings_(settings), bus_(bus) {}

  // The errors are those that message.proto names.
  // Answers with the event that brought what the message holds then.
  void Edit(const TenantCaller& caller, const v1::EditMessageRequest& request,
            Callback<uint64_t> done);
  void Delete(const TenantCaller& caller, const MessagePlace& place, StatusCallback done);
  void AddReaction(const UserCaller& caller, const MessagePlace& place, std::string reaction,
                   StatusCallback done);
  void RemoveReaction(const UserCaller& caller, const MessagePlace& place, std::string reaction,
                      StatusCallback done);
  void Pin(const TenantCaller& caller, const MessagePlace& place, StatusCallback done);
  void Unpin(const TenantCaller& caller, const MessagePlace& place, StatusCallback done);

 private:
  struct Wish;
  struct Attempt;
  void Run(const TenantCaller& caller, const MessagePlace& place, FieldViolations violations,
           MessageAction action, store::EventContent event, StatusCallback done);
  void Begin(const TenantCaller& caller, const MessagePlace& place, FieldViolations violations,
             Wish wish);
  void Try(const std::shared_ptr<Attempt>& attempt);
  void Decide(const std::shared_ptr<Attempt>& attempt, const store::MessageState& message);
  void Store(const std::shared_ptr<Attempt>& attempt, const store::MessageState& message);
  void Publish(const RoomKey& room, RoomEvent event);

  store::MessageChanges& store_;
  tenants::TenantSettings& settings_;
  bus::Bus& bus_;
};

}  // namespace chatter::rooms

#endif  // CHATTER_SERVER_ROOMS_MESSAGE_CHANGER_H_
