// Who follows which threads, and how far they have read in them, in the tenant's schema.
//
// Whoever replies, is mentioned in a reply, or is replied to follows the thread by the statement
// that keeps the reply (add_replies.sql). Thread-safe. The database must outlive the store.
// Callbacks run on the database's thread.
#ifndef CHATTER_SERVER_STORE_THREAD_STORE_H_
#define CHATTER_SERVER_STORE_THREAD_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/room.h"

namespace chatter::postgres {
class TenantDatabases;
}  // namespace chatter::postgres

namespace chatter::store {

class ThreadStore {
 public:
  explicit ThreadStore(postgres::TenantDatabases& database) : database_(database) {}

  struct FollowedThread {
    Message root;
    absl::Time last_reply_at;
    uint64_t read_seq = 0;
    int32_t unread_count = 0;  // both up to a bound: see list_threads.sql
    int32_t unread_mention_count = 0;
  };
  // A place in a user's list: threads come by descending (last_reply_at, room, first message).
  struct ListPosition {
    absl::Time last_reply_at;
    RoomId room_id;
    uint64_t thread_seq = 0;
  };
  // The threads that the user follows, in `room` (nullopt: in all), after `after` (nullopt: from
  // the beginning), up to `limit`.
  void List(const TenantKey& tenant, const std::string& user_id, const std::optional<RoomId>& room,
            const std::optional<ListPosition>& after, int limit, SteadyTime deadline,
            Callback<std::vector<FollowedThread>> done);

  struct Place {
    RoomKey room;
    uint64_t thread_seq = 0;  // its first message
  };
  struct Mark {
    bool found = false;  // such a message, which the user may read and that is in no thread itself
    uint64_t read_seq = 0;  // 0: the user doesn't follow the thread
  };
  // Moves the mark forward only. nullopt, here and below: the user isn't in the room.
  void MarkRead(const Place& thread, const std::string& user_id, uint64_t seq, SteadyTime deadline,
                Callback<std::optional<Mark>> done);
  // False: as `found`.
  void SetFollows(const Place& thread, const std::string& user_id, bool follows,
                  SteadyTime deadline, Callback<std::optional<bool>> done);

 private:
  postgres::TenantDatabases& database_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_THREAD_STORE_H_
