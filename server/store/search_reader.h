// Searches a tenant's messages.
//
// Thread-safe. The database must outlive the reader. Callbacks run on the database's thread.
#ifndef CHATTER_SERVER_STORE_SEARCH_READER_H_
#define CHATTER_SERVER_STORE_SEARCH_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "chatter/v1/search.pb.h"
#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/caller.h"
#include "server/model/room.h"
#include "server/store/search_language.h"
#include "server/store/search_terms.h"

namespace chatter::postgres {
class TenantDatabases;
}  // namespace chatter::postgres

namespace chatter::store {

class SearchReader {
 public:
  explicit SearchReader(postgres::TenantDatabases& database) : database_(database) {}

  struct Position {
    int64_t rank = 0;
    absl::Time created_at;
    RoomId room_id;
    uint64_t seq = 0;
  };
  struct Query {
    std::vector<SearchTerm> terms;
    bool by_time = false;                          // the latest first, and all of rank 0
    std::optional<RoomId> room = {};               // nullopt: in all
    std::string sender_id = {};                    // empty: from all
    std::optional<absl::Time> stored_from = {};    // nullopt: from the beginning
    std::optional<absl::Time> stored_before = {};  // nullopt: up to now
    bool has_attachment = false;                   // only with attachments
    bool mentions_asker = false;                   // only what mentions the asker, or everyone
    std::optional<Position> after = {};            // nullopt: from the start
    int limit = 1;
  };
  struct Hit {
    Message message;
    int64_t rank = 0;
    std::vector<v1::TextRange> highlights = {};
  };
  struct Found {
    bool room_found = true;  // false: no such room, or `asker`, a user, isn't in it
    bool has_words = true;   // false: the language leaves out all that is looked for
    std::vector<Hit> hits = {};
  };
  // What `asker` may read, the best first or the latest.
  // Errors: RESOURCE_EXHAUSTED (SEARCH_TOO_BROAD).
  void Search(const TenantKey& tenant, const SearchLanguage& language, const Asker& asker,
              const Query& query, SteadyTime deadline, Callback<Found> done);

 private:
  postgres::TenantDatabases& database_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_SEARCH_READER_H_
