// The rules for read state: who may move which mark.
//
// Thread-safe. What it is made of must outlive it and every call that is not answered yet, and so
// must it. Callbacks run on the calling thread (for a request that breaks a rule) or on the
// database's.
#ifndef CHATTER_SERVER_ROOMS_READ_STATES_H_
#define CHATTER_SERVER_ROOMS_READ_STATES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/mutex.h"
#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/base/turnstile.h"
#include "server/model/caller.h"
#include "server/model/errors.h"
#include "server/model/model.h"
#include "server/store/read_state_store.h"

namespace chatter::rooms {

class ReadStates {
 public:
  // Who may wait for one count.
  static constexpr size_t kMaxWaiters = 1'000;

  ReadStates(store::ReadStateStore& store, Turnstile& walks) : store_(store), walks_(walks) {}

  // Where a user's marks in a room are now, and whether the others are told.
  struct Moved {
    RoomKey room;
    std::string user_id;
    store::ReadStateStore::Marks marks;
    bool others_told = false;
  };
  // Errors, of these three: INVALID_ARGUMENT (INVALID_FIELD), NOT_FOUND (ROOM_NOT_FOUND).
  void MarkRead(const UserCaller& caller, std::string_view room_id, uint64_t seq, bool silent,
                SteadyTime deadline, Callback<Moved> done);
  void MarkDelivered(const UserCaller& caller, std::string_view room_id, uint64_t seq,
                     SteadyTime deadline, Callback<Moved> done);
  void MarkUnread(const UserCaller& caller, std::string_view room_id, uint64_t seq,
                  SteadyTime deadline, Callback<Moved> done);

  // What is unread in all of the user's rooms. It is counted after this is called; those who ask
  // while a count waits for its turn share it. Errors: RESOURCE_EXHAUSTED (OVERLOADED).
  void Count(const UserCaller& caller, Callback<store::ReadStateStore::Unread> done);

 private:
  using CountWaiters = std::vector<Callback<store::ReadStateStore::Unread>>;

  void CountNow(const UserKey& user, std::optional<Turnstile::Pass> pass);

  void Advance(const UserCaller& caller, std::string_view room_id, uint64_t seq,
               const store::ReadStateStore::Move& move, SteadyTime deadline, Callback<Moved> done);

  store::ReadStateStore& store_;
  Turnstile& walks_;
  Mutex mu_;
  // For counts that have not begun.
  absl::flat_hash_map<UserKey, CountWaiters> waiting_ ABSL_GUARDED_BY(mu_);
};

}  // namespace chatter::rooms

#endif  // CHATTER_SERVER_ROOMS_READ_STATES_H_
