// The nouns of Chatter as plain values, free of gRPC and SQL.
//
// What the bounds of each field are is written in proto/chatter/v1, and checked in server/chat.
#ifndef CHATTER_SERVER_MODEL_MODEL_H_
#define CHATTER_SERVER_MODEL_MODEL_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "chatter/v1/room.pb.h"
#include "server/base/crypto.h"
#include "server/model/ids.h"

namespace chatter {

// The numbers are stored: never change or reuse them.
enum class TenantState : int16_t {
  kActive = 1,
  kSuspended = 2,
  kDeleted = 3,  // until it is purged
};

struct Tenant {
  SchemaName schema_name;
  std::string display_name;
  std::vector<std::string> domains;
  absl::Time created_at;
  TenantState state = TenantState::kActive;
  std::string state_reason = {};  // for people
  // Once deleted: when what is left of it goes.
  absl::Time purge_at = absl::InfiniteFuture();
  // The schema was there before Chatter came.
  bool attached = false;
  // The number of its last migration; 0: Chatter's tables aren't there yet.
  int schema_version = 0;
  // What its users' view reads: store::UserSourceFingerprint.
  std::string user_source = {};
};

struct User {
  std::string id;
  std::string display_name;
  absl::Time created_at;  // InfinitePast: not known
  bool active = true;     // else deactivated: can't sign in, nor come into new rooms
};

// A signed-in user's session. The token itself is nowhere: only its digest, which is the id.
struct Session {
  Sha256Digest token_digest;
  std::string user_id;
  absl::Time created_at;
  absl::Time expires_at;
  bool user_active = true;
  std::string device = {};
  absl::Duration idle_ttl = absl::InfiniteDuration();  // infinite: idleness doesn't end it
  absl::Time last_used_at = absl::InfinitePast();      // roughly
};

// The numbers are stored: never change or reuse them. They are those of chatter.v1, too.
enum class RoomKind : int16_t { kDirect = 1, kGroup = 2, kPublic = 3 };
enum class MemberRole : int16_t { kOwner = 1, kModerator = 2, kMember = 3, kReader = 4 };

struct MessageSent {
  std::string client_message_id;
  std::string text;  // empty: deleted since
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
               v1::ReactionAdded, v1::ReactionRemoved, v1::MessagePinned, v1::MessageUnpinned>
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

  uint64_t next_seq() const { return first_seq + count; }
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
};

// A room as one member sees it, or as a service does.
struct Room {
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

// Which kind of credential told who is calling.
enum class CredentialKind {
  kNone,
  kAdministratorKey,
  kSession,  // one of Chatter's own
  kDjangoSession,
  kJwt,
  kApiKey,             // a service account's
  kClientCertificate,  // a service account's
};

// What a service account may do. "*" in a list stands for everything; an empty list for nothing.
struct ServiceScope {
  std::vector<std::string> tenants = {};   // schema names
  std::vector<std::string> services = {};  // such as "chatter.v1.RoomService"
  bool read_only = false;
  bool may_act_for_users = false;

  static bool Holds(const std::vector<std::string>& list, std::string_view what) {
    return std::any_of(list.begin(), list.end(),
                       [what](const std::string& one) { return one == what || one == "*"; });
  }
};

// The name that stands for the administrator where others have a service account's.
inline constexpr std::string_view kAdministratorName = "administrator";

// Who is calling, as the auth interceptor found out.
struct Principal {
  CredentialKind credential = CredentialKind::kNone;
  std::string user_id = {};  // empty: a service or an administrator
  // The service account that calls (or kAdministratorName), for itself or, with a user's id beside
  // it, on behalf of that user; empty: the user calls.
  std::string service = {};
  std::shared_ptr<const ServiceScope> scope = {};  // of the service account; else nullptr
  // When the credential ends by itself.
  absl::Time expires_at = absl::InfiniteFuture();
  // What the authenticator that found the principal has to remember of the credential, so that it
  // can check it again. Secret: of a Django session it holds the key. Never logged or stored.
  std::string proof = {};
};

// A call that may go on: where it acts, and for whom. What every rule is given.
struct Caller {
  // Present for every method but those of TenantService.
  std::optional<SchemaName> tenant;
  // False where the server knows one schema only.
  bool multitenant = true;
  Principal principal;
  // When the caller stops waiting; work past it need not be done.
  absl::Time deadline = absl::InfiniteFuture();

  bool is_user() const { return !principal.user_id.empty(); }
  // One that calls for itself.
  bool is_service() const { return !is_user() && !principal.service.empty(); }
};

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_MODEL_H_
