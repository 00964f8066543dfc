// The bounds of requests' fields, as proto/chatter/v1 states them.
//
// Pure functions.
#ifndef CHATTER_SERVER_MODEL_VALIDATE_H_
#define CHATTER_SERVER_MODEL_VALIDATE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "chatter/v1/room.pb.h"
#include "server/base/crypto.h"
#include "server/model/errors.h"
#include "server/model/ids.h"

namespace chatter {

// Each returns what the value must be, to stand behind the field's name; empty: the value is right.
// As long as any that Django's own users can have: 150 characters.
inline constexpr size_t kMaxUserIdBytes = 600;
std::string_view UserIdProblem(std::string_view user_id);
std::string_view UserIdPrefixProblem(std::string_view prefix);
std::string_view DisplayNameProblem(std::string_view display_name);
std::string_view ClientMessageIdProblem(std::string_view id);
std::string_view TextProblem(std::string_view text);
std::string_view ReactionProblem(std::string_view reaction);
std::string_view SearchQueryProblem(std::string_view query);
std::string_view RoomNameProblem(std::string_view name);
std::string_view UrlProblem(std::string_view url);
std::string_view AttachmentNameProblem(std::string_view name);
std::string_view MediaTypeProblem(std::string_view media_type);
std::string_view SchemaNamePrefixProblem(std::string_view prefix);
std::string_view StateReasonProblem(std::string_view reason);
std::string_view GraceProblem(absl::Duration grace);
std::string_view SessionTtlProblem(absl::Duration ttl);
std::string_view SessionIdleTtlProblem(absl::Duration idle_ttl);
std::string_view ServiceAccountNameProblem(std::string_view name);
std::string_view DeviceProblem(std::string_view device);

// Adds `problem`, if there is one.
void AddProblem(std::string_view field, std::string_view problem, FieldViolations& violations);

// Each adds a violation where it returns nullopt.
std::optional<RoomId> ParseRoomId(std::string_view text, FieldViolations& violations);
std::optional<SchemaName> ParseSchemaName(std::string_view field, std::string_view text,
                                          FieldViolations& violations);
// The domain as it is stored: in lower case, in ASCII.
std::optional<std::string> ParseDomain(std::string_view field, std::string_view text,
                                       FieldViolations& violations);
std::optional<Sha256Digest> ParseDigest(std::string_view field, std::string_view text,
                                        FieldViolations& violations);

// Adds what is wrong with `attributes`, the field of that path.
void CheckAttributes(std::string_view field,
                     const google::protobuf::Map<std::string, std::string>& attributes,
                     FieldViolations& violations);

// Adds what is wrong with `profile`.
void CheckProfile(const v1::RoomProfile& profile, FieldViolations& violations);

// Puts `tenant.domains` into the form in which they are stored.
void ParseDomains(std::vector<std::string>& domains, FieldViolations& violations);

struct PageSizes {
  int if_zero;
  int max;
};
// Returns how many entries to list: `page_size`, but no more than the bound. Adds a violation where
// it is negative.
int ParsePageSize(int32_t page_size, PageSizes sizes, FieldViolations& violations);

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_VALIDATE_H_
