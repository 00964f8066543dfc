// Marks of how far members have read, in the tenant's schema.
//
// Moving a mark is answered before it is on disk: a crash of PostgreSQL may take the last ones
// back. Thread-safe. The database must outlive the store. Callbacks run on the database's thread.
#ifndef CHATTER_SERVER_STORE_READ_STATE_STORE_H_
#define CHATTER_SERVER_STORE_READ_STATE_STORE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/model.h"

namespace chatter::postgres {
class TenantDatabases;
}  // namespace chatter::postgres

namespace chatter::store {

class ReadStateStore {
 public:
  explicit ReadStateStore(postgres::TenantDatabases& database) : database_(database) {}

  // How far somebody has read.
  struct Marks {
    uint64_t read_seq = 0;
    uint64_t shown_read_seq = 0;  // as far as others are told
    uint64_t delivered_seq = 0;
    int32_t member_count = 0;      // of the room
    bool others_are_told = false;  // of this move, in rooms where they are told at all
  };
  // To which places to move marks; 0: not this one.
  struct Move {
    uint64_t read_seq = 0;
    uint64_t delivered_seq = 0;
    // Whether others are to be told: they aren't where the user or the tenant doesn't want that.
    bool shown = true;
  };
  // Moves them forward only. nullopt, here and below: the user isn't in the room.
  void Advance(const RoomKey& room, const std::string& user_id, const Move& move,
               SteadyTime deadline, Callback<std::optional<Marks>> done);
  // Makes `seq` and what comes after it unread.
  void TakeBack(const RoomKey& room, const std::string& user_id, uint64_t seq, SteadyTime deadline,
                Callback<std::optional<Marks>> done);

  struct Unread {
    int32_t rooms = 0;
    int32_t messages = 0;
    int32_t mentions = 0;
  };
  void Count(const TenantKey& tenant, const std::string& user_id, SteadyTime deadline,
             Callback<Unread> done);

 private:
  postgres::TenantDatabases& database_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_READ_STATE_STORE_H_
