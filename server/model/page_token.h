// Where the next page of a list begins, as text that means nothing to clients.
//
// A token is base64url of: a digest of the list (which one, of whom, asked how), and the place of
// the last entry before the page. It grants nothing, as the next call's own credential does; the
// digest keeps a place from being taken for one of another list. Thread-safe.
#ifndef CHATTER_SERVER_MODEL_PAGE_TOKEN_H_
#define CHATTER_SERVER_MODEL_PAGE_TOKEN_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "server/base/crypto.h"
#include "server/model/caller.h"
#include "server/model/ids.h"

namespace google::protobuf {
class Message;
}

namespace chatter {

inline constexpr size_t kMaxPageTokenBytes = 1024;

// The tokens of one list, as one caller asks for it: the method by its request's type, all fields
// of the request but those that say how much of the list to give (`page_size`, `page_token`,
// `read_mask`), and who calls for whom in which tenant.
class PageTokens {
 public:
  PageTokens(const TenantCaller& caller, const google::protobuf::Message& request);
  PageTokens(const Administrator& caller, const google::protobuf::Message& request);

  std::string Make(std::string_view place) const;
  // nullopt: the token isn't of this list. The place is still to be checked: anybody can make a
  // token.
  std::optional<std::string> Read(std::string_view token) const;

 private:
  std::string list_;  // the digest
};

// A place is the parts by which a list goes, one behind another. Each call appends one.
void AppendPart(uint64_t part, std::string& place);
void AppendPart(int64_t part, std::string& place);
void AppendPart(absl::Time part, std::string& place);  // to microseconds, from 1970 on
void AppendPart(const RoomId& part, std::string& place);
void AppendPart(const Sha256Digest& part, std::string& place);
void AppendPart(const std::string& part, std::string& place);  // REQUIRES: no NUL in it

// Each takes one off the beginning. False: it isn't there, or is nothing that PostgreSQL could
// compare with: a number beyond a bigint, a time after the year 9999, text that isn't UTF-8.
bool TakePart(std::string_view& place, uint64_t& part);
bool TakePart(std::string_view& place, int64_t& part);
bool TakePart(std::string_view& place, absl::Time& part);
bool TakePart(std::string_view& place, RoomId& part);
bool TakePart(std::string_view& place, Sha256Digest& part);
bool TakePart(std::string_view& place, std::string& part);

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_PAGE_TOKEN_H_
