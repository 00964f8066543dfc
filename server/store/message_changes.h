// Changes to messages, each decided on what the room and the message are at that moment: as in
// RoomChanges.
//
// Thread-safe. The database and the settler must outlive it. Callbacks run on the database's
// thread.
#ifndef CHATTER_SERVER_STORE_MESSAGE_CHANGES_H_
#define CHATTER_SERVER_STORE_MESSAGE_CHANGES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/caller.h"
#include "server/model/room.h"
#include "server/store/actor.h"
#include "server/store/stored_event.h"

namespace chatter::postgres {
class TenantDatabases;
}  // namespace chatter::postgres

namespace chatter::store {

class RoomSettler;

// What an edit hangs on.
struct MessageContent {
  uint64_t edit_seq = 0;       // the event that brought it: the latest edit, or the message itself
  std::string editor_id = {};  // who made that; empty: a service
  std::string service = {};    // through which service account; empty: none
  std::string text = {};
  v1::MessageDetails sent_details = {};
  std::optional<v1::MessageDetails> edited_details = {};  // nullopt: those that it was sent with

  const v1::MessageDetails& details() const {
    return edited_details.has_value() ? *edited_details : sent_details;
  }
};

// What a decision hangs on.
struct MessageState {
  int64_t version = 0;  // the room's
  RoomKind kind = RoomKind::kDirect;
  bool archived = false;
  std::optional<MemberRole> actor_role;  // nullopt: no member
  std::optional<std::string> sender_id;  // nullopt: no such message, or the actor may not read it
  bool deleted = false;
  bool rewrite_window_over = false;            // it is older than its sender may edit or delete it
  std::optional<MessageContent> content = {};  // nullopt: it isn't asked for, or deleted
};

class MessageChanges {
 public:
  MessageChanges(postgres::TenantDatabases& database, RoomSettler& settler)
      : database_(database), settler_(settler) {}

  // Of how many edits the log keeps what they brought, beside what the message was sent with.
  static constexpr int kKeptEdits = 1'000;

  // nullopt: there is no such room.
  void Read(const RoomKey& room, const Asker& asker, uint64_t seq, SteadyTime deadline,
            Callback<std::optional<MessageState>> done);
  // The same, with the message's content.
  void ReadWithContent(const RoomKey& room, const Asker& asker, uint64_t seq, SteadyTime deadline,
                       Callback<std::optional<MessageState>> done);

  struct Outcome {
    bool current = false;  // false: the room hasn't got that version any more
    bool found = false;    // false: the message isn't there, is deleted, or has other content
    bool too_many_reactions = false;  // to have another one
    std::optional<RoomEvent> event;   // nullopt: nothing had to be changed
  };
  // Makes the message what `event` says of it. The room's version must still be that of `state`,
  // and where the message is edited, its latest edit; else nothing is stored. REQUIRES: `event` is
  // one of MessageEdited (with the content in `state`) to MessageUnpinned.
  void Store(const RoomKey& room, const MessageState& state, uint64_t seq, EventContent event,
             const Actor& actor, SteadyTime deadline, Callback<Outcome> done);

 private:
  postgres::TenantDatabases& database_;
  RoomSettler& settler_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_MESSAGE_CHANGES_H_
