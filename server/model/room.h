// Rooms, their members, messages and events as plain values, free of gRPC and SQL.
//
// What the bounds of each field are is written in proto/chatter/v1; model/validate.h checks them.
#ifndef CHATTER_SERVER_MODEL_ROOM_H_
#define CHATTER_SERVER_MODEL_ROOM_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "chatter/v1/room.pb.h"
#include "server/model/ids.h"

namespace chatter {

// The numbers are stored: never change or reuse them. They are those of chatter.v1, too.
enum class RoomKind : int16_t { kDirect = 1, kGroup = 2, kPublic = 3 };
enum class MemberRole : int16_t { kOwner = 1, kModerator = 2, kMember = 3, kReader = 4 };
enum class NotificationLevel : int16_t { kAll = 1, kMentions = 2, kNone = 3 };

struct MessageSent {
  std::string client_message_id;
  std::string text;          // empty: sent without, or erased since
  std::string details = {};  // a v1::MessageDetails as it is stored; empty: none
  bool deleted = false;
};

// A kind of event that this version doesn't know: a newer one wrote it.
struct UnknownEvent {};

// One entry of a room's log. Within a room `seq` counts 1, 2, 3 ... without gaps.
struct RoomEvent {
  RoomId room_id;
  uint64_t seq = 0;
  absl::Time created_at;
  std::string actor_id;  // empty: a service
  // The service account (or kAdministratorName) that acted on behalf of the actor or, where there
  // is none, for itself; empty: the actor acted.
  std::string service = {};
  // What comes seldom is kept as it is stored and sent.
  std::variant<UnknownEvent, MessageSent, v1::RoomCreated, v1::RoomUpdated, v1::MembersAdded,
               v1::MembersRemoved, v1::RolesChanged, v1::MessageEdited, v1::MessageDeleted,
               v1::ReactionAdded, v1::ReactionRemoved, v1::MessagePinned, v1::MessageUnpinned,
               v1::RoomDeleted>
      what;
};

// What one commit has added to a room's log, in order. May hold events of earlier commits, again.
struct CommittedEvents {
  RoomKey room;
  std::vector<RoomEvent> events;
};

// An event, or several, as bytes that go on the wire, shared by all streams that they go to.
using EncodedEvent = std::shared_ptr<const std::string>;

// Events of one room that follow one another, encoded together.
struct EncodedRun {
  uint64_t first_seq = 0;
  uint64_t count = 0;
  EncodedEvent bytes;
  // Whom the last of the events removes from the room; ascending.
  std::vector<std::string> removed_users = {};
  bool ends_room = false;  // the last of the events is that the room was deleted

  uint64_t next_seq() const { return first_seq + count; }
};

// What became of a message that was sent.
struct StoredMessage {
  uint64_t seq = 0;
  absl::Time created_at;
  bool duplicate = false;  // an earlier send with the same client message id stored it
};

struct SentMessage {
  RoomId room_id;
  StoredMessage stored;
};

struct Message {
  RoomId room_id;
  uint64_t seq = 0;
  std::string sender_id;
  std::string client_message_id;
  std::string text;
  absl::Time created_at;
  std::string service = {};  // as in RoomEvent
  bool deleted = false;      // then there is no text
  bool pinned = false;
  std::optional<absl::Time> edited_at = {};
  std::vector<v1::ReactionCount> reactions = {};  // the oldest first
  std::string details = {};                       // as in MessageSent
  // Of the thread that it begins.
  int32_t reply_count = 0;
  std::optional<uint64_t> last_reply_seq = {};
  std::string edited_by = {};  // who edited it last; empty: nobody did, or a service
  uint64_t edit_seq = 0;       // the event that brought what it holds now
};

// A member's choices for a room.
struct RoomPreferences {
  NotificationLevel notifications = NotificationLevel::kAll;
  std::optional<absl::Time> muted_until = {};  // nullopt: it isn't muted
  bool pinned = false;
  bool hidden = false;
};

// Fields of chatter.v1.Room, by their numbers there.
class RoomFields {
 public:
  static RoomFields All() { return RoomFields(~uint32_t{0}); }
  static RoomFields None() { return RoomFields(0); }
  void Add(int number) { bits_ |= uint32_t{1} << number; }
  bool Has(int number) const { return (bits_ >> number & 1) != 0; }

 private:
  explicit RoomFields(uint32_t bits) : bits_(bits) {}

  uint32_t bits_;
};

// A room as one member sees it, or as a service does.
struct Room {
  RoomFields fields = RoomFields::All();  // those that were asked for
  RoomId id;
  RoomKind kind = RoomKind::kDirect;
  uint64_t head_seq = 0;
  int32_t member_count = 0;
  std::vector<std::string> user_ids = {};  // ascending, the first hundred
  absl::Time created_at;
  absl::Time last_event_at;
  std::optional<Message> last_message = {};
  v1::RoomProfile profile = {};
  std::optional<absl::Time> archived_at = {};
  std::optional<MemberRole> role = {};  // of the member
  uint64_t first_seq = 1;               // the first that may be read
  uint64_t read_seq = 0;                // the last that the member has read
  int32_t unread_count = 0;             // messages of others after it, up to a bound
  int32_t unread_mention_count = 0;
  std::optional<RoomPreferences> preferences = {};  // of the member
  // What some of the members but the one who looks are called: where the room has no name.
  std::vector<std::string> other_names = {};
};

struct Member {
  RoomId room_id;
  std::string user_id;
  MemberRole role = MemberRole::kMember;
  uint64_t joined_seq = 0;  // the event with which the user came
  std::string display_name = {};
  // As far as others are told.
  uint64_t read_seq = 0;
  uint64_t delivered_seq = 0;
};

struct RoomHead {
  RoomId room_id;
  uint64_t head_seq = 0;
};

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_ROOM_H_
