// The rules for read state: who may move which mark.
//
// Thread-safe. The store must outlive it and every call that is not answered yet. Callbacks run on
// the calling thread (for a request that breaks a rule) or on the database's.
#ifndef CHATTER_SERVER_CHAT_READ_STATES_H_
#define CHATTER_SERVER_CHAT_READ_STATES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "server/base/callback.h"
#include "server/model/errors.h"
#include "server/model/model.h"
#include "server/store/read_state_store.h"

namespace chatter::chat {

class ReadStates {
 public:
  explicit ReadStates(store::ReadStateStore& store) : store_(store) {}

  // Where a user's marks in a room are now, and whether the others are told.
  struct Moved {
    RoomKey room;
    std::string user_id;
    store::ReadStateStore::Marks marks;
    bool others_told = false;
  };
  // Errors, of these three: INVALID_ARGUMENT (INVALID_FIELD), NOT_FOUND (ROOM_NOT_FOUND).
  void MarkRead(const Caller& caller, std::string_view room_id, uint64_t seq, bool silent,
                absl::Time deadline, Callback<Moved> done);
  void MarkDelivered(const Caller& caller, std::string_view room_id, uint64_t seq,
                     absl::Time deadline, Callback<Moved> done);
  void MarkUnread(const Caller& caller, std::string_view room_id, uint64_t seq, absl::Time deadline,
                  Callback<Moved> done);

  void Count(const Caller& caller, Callback<store::ReadStateStore::Unread> done);

 private:
  void Advance(const Caller& caller, std::string_view room_id, uint64_t seq,
               const store::ReadStateStore::Move& move, absl::Time deadline, Callback<Moved> done);

  store::ReadStateStore& store_;
};

}  // namespace chatter::chat

#endif  // CHATTER_SERVER_CHAT_READ_STATES_H_
