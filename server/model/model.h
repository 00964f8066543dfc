// The nouns of Chatter as plain values, free of gRPC and SQL.
//
// What the bounds of each field are is written in proto/chatter/v1, and checked in server/chat.
#ifndef CHATTER_SERVER_MODEL_MODEL_H_
#define CHATTER_SERVER_MODEL_MODEL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "server/base/crypto.h"
#include "server/model/ids.h"

namespace chatter {

struct Tenant {
  SchemaName schema_name;
  std::string display_name;
  std::vector<std::string> domains;
  absl::Time created_at;
};

struct User {
  std::string id;
  std::string display_name;
  absl::Time created_at;
};

// A signed-in user's session. The token itself is nowhere: only its digest, which is the id.
struct Session {
  Sha256Digest token_digest;
  std::string user_id;
  absl::Time created_at;
  absl::Time expires_at;
};

// The numbers are stored: never change or reuse them.
enum class RoomKind : int16_t { kDirect = 1 };

struct RoomCreated {
  RoomKind kind = RoomKind::kDirect;
  std::vector<std::string> user_ids;  // ascending
};

struct MessageSent {
  std::string client_message_id;
  std::string text;
};

// A kind of event that this version doesn't know: a newer one wrote it.
struct UnknownEvent {};

// One entry of a room's log. Within a room `seq` counts 1, 2, 3 ... without gaps.
struct RoomEvent {
  RoomId room_id;
  uint64_t seq = 0;
  absl::Time created_at;
  std::string actor_id;  // empty: a service
  std::variant<UnknownEvent, RoomCreated, MessageSent> what;
};

// An event that has been committed.
struct CommittedEvent {
  SchemaName tenant;
  RoomEvent event;
};

// An event as bytes that go on the wire, shared by all streams that they go to.
using EncodedEvent = std::shared_ptr<const std::string>;

struct Message {
  RoomId room_id;
  uint64_t seq = 0;
  std::string sender_id;
  std::string client_message_id;
  std::string text;
  absl::Time created_at;
};

struct Room {
  RoomId id;
  RoomKind kind = RoomKind::kDirect;
  uint64_t head_seq = 0;
  int32_t member_count = 0;
  std::vector<std::string> user_ids;  // ascending, the first kMaxListedMembers
  absl::Time created_at;
  absl::Time last_event_at;
  std::optional<Message> last_message;
};

inline constexpr int kMaxListedMembers = 100;

struct RoomHead {
  RoomId room_id;
  uint64_t head_seq = 0;
};

// Who is calling, as the auth interceptor found out.
enum class CredentialKind { kNone, kAdministratorKey, kSession };

struct Principal {
  CredentialKind credential = CredentialKind::kNone;
  std::string user_id;  // empty: a service
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
};

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_MODEL_H_
