// Reads rooms' logs.
//
// Thread-safe. The database must outlive the reader. Callbacks run on the database's thread.
#ifndef CHATTER_SERVER_STORE_EVENT_READER_H_
#define CHATTER_SERVER_STORE_EVENT_READER_H_

#include <optional>
#include <string>
#include <vector>

#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/caller.h"
#include "server/model/epoch.h"
#include "server/model/room.h"
#include "server/store/epoch_store.h"

namespace chatter::postgres {
class TenantDatabases;
}  // namespace chatter::postgres

namespace chatter::store {

class EventReader {
 public:
  explicit EventReader(postgres::TenantDatabases& database) : database_(database) {}

  // No event of a page begins beyond them.
  static constexpr size_t kMaxPageBytes = 64 << 10;

  struct EventPage {
    Epoch epoch;                    // in which it was read
    std::vector<RoomEvent> events;  // ascending without gaps
    bool has_more = false;          // false: the log ended here; true: perhaps not
  };
  // Up to `limit` events after `after_seq`.
  void ReadEvents(const RoomKey& room, uint64_t after_seq, int limit, SteadyTime deadline,
                  Callback<EventPage> done);

  struct Heads {
    FoundEpoch found;             // in which they were read
    std::vector<RoomHead> heads;  // of those rooms that exist, in any order
  };
  void ReadHeads(const TenantKey& tenant, const std::vector<RoomId>& rooms, SteadyTime deadline,
                 Callback<Heads> done);

  // The events with which these rooms were deleted; of those whose logs have been erased, none.
  void ReadDeletions(const TenantKey& tenant, const std::vector<RoomId>& rooms, SteadyTime deadline,
                     Callback<std::vector<RoomEvent>> done);

  // Whoever has joined a room after one of its events.
  struct JoinedAfter {
    RoomId room;
    uint64_t after_seq = 0;
  };
  struct Joined {
    RoomId room;
    std::string user_id;
    uint64_t seq = 0;
  };
  void ReadJoined(const TenantKey& tenant, const std::vector<JoinedAfter>& places,
                  SteadyTime deadline, Callback<std::vector<Joined>> done);

  // The messages next to a place in the log: up to so many with smaller numbers than `seq`, and up
  // to so many with this one and larger ones; nullopt: that side isn't asked for.
  struct MessageRange {
    uint64_t seq = 1;
    std::optional<int> before = std::nullopt;
    std::optional<int> from = std::nullopt;
    uint64_t thread_seq = 0;      // only the replies to this message; 0: all messages
    bool top_level_only = false;  // no replies in threads; not together with thread_seq
  };
  struct MessagePage {
    bool room_found = false;        // false: no such room, or `asker`, a user, isn't in it
    std::vector<Message> messages;  // ascending
    bool has_earlier = false;       // where that side was asked for
    bool has_later = false;
  };
  void ListMessages(const RoomKey& room, const Asker& asker, const MessageRange& range,
                    SteadyTime deadline, Callback<MessagePage> done);

  // Those messages that there are at these places; has_later: there are more than one answer holds.
  void ListMessagesAt(const RoomKey& room, const Asker& asker, const std::vector<uint64_t>& seqs,
                      SteadyTime deadline, Callback<MessagePage> done);

  // Up to `limit` of the pinned messages with smaller numbers than `before_seq`, descending;
  // has_earlier: there are more.
  void ListPinned(const RoomKey& room, const Asker& asker, uint64_t before_seq, int limit,
                  SteadyTime deadline, Callback<MessagePage> done);

  // A user's reaction to a message, and its place among them.
  struct Reaction {
    absl::Time created_at;
    std::string reaction;
    std::string user_id;
  };
  // Up to `limit` reactions to a message that come after `after` (nullopt: the first ones),
  // ascending. nullopt: no such room, or `asker`, a user, isn't in it.
  void ListReactions(const RoomKey& room, const Asker& asker, uint64_t seq,
                     const std::optional<Reaction>& after, int limit, SteadyTime deadline,
                     Callback<std::optional<std::vector<Reaction>>> done);

  // A text that a message has, or had.
  struct Edit {
    uint64_t seq = 0;  // of the event that brought it
    std::string text;  // empty: erased
    std::string actor_id;
    absl::Time created_at;
  };
  struct EditPage {
    bool room_found = false;     // as of MessagePage
    bool message_found = false;  // false: there is none, it is deleted, or `asker` may not read it
    std::vector<Edit> edits;     // ascending
  };
  // Up to `limit` texts of a message, from those that events after `after_seq` brought.
  void ListEdits(const RoomKey& room, const Asker& asker, uint64_t seq, uint64_t after_seq,
                 int limit, SteadyTime deadline, Callback<EditPage> done);

 private:
  postgres::TenantDatabases& database_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_EVENT_READER_H_
