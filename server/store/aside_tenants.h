// Tenants whose messages are stored apart from all others', because something is wrong with them:
// their tables are missing or locked, or one of their messages made a batch fail. So a tenant's
// fault costs the others one failed batch, and then nothing for as long as it lasts.
//
// Says what is to be tried next: tenants take turns, one batch each. Where rooms are locked, the
// tenant's other rooms are tried apart from them. Where it isn't known which message is to blame,
// they are tried one by one. A tenant that has been well for a while goes with the others again.
// Bookkeeping only, free of I/O. Not thread-safe: guarded by the writer.
#ifndef CHATTER_SERVER_STORE_ASIDE_TENANTS_H_
#define CHATTER_SERVER_STORE_ASIDE_TENANTS_H_

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "common/steady_time.h"
#include "server/model/room.h"
#include "server/store/append_batch.h"
#include "server/store/send_queue.h"

namespace chatter::store {

class AsideTenants {
 public:
  // How long a tenant stays after the last trouble with it.
  static constexpr absl::Duration kStay = absl::Seconds(10);
  // How long a broken tenant's messages are refused before its tables are tried again.
  static constexpr absl::Duration kBrokenPause = absl::Seconds(1);

  // `queue` must outlive this.
  explicit AsideTenants(SendQueue& queue) : queue_(queue) {}

  bool empty() const { return tenants_.empty(); }
  // kReplaced: another schema has the tenant's name.
  enum class Trouble { kBlocked, kBroken, kReplaced, kOther };
  // Whether it is with the tables themselves, so that trying again at once is of no use.
  static bool IsTables(Trouble trouble) {
    return trouble == Trouble::kBroken || trouble == Trouble::kReplaced;
  }
  // What the tenant's messages are to be refused for, untried.
  std::optional<Trouble> Refuses(const TenantKey& tenant, SteadyTime now) const;

  // Sets a tenant aside. What it had in the batch that failed waits before what came since.
  void Add(const TenantKey& tenant, Trouble trouble, Batch messages, SteadyTime now);
  // Lets those go with the others that have been well for long enough.
  void LetGo(SteadyTime now);

  // The next batch to try, all of one tenant; empty: nothing waits, or another batch is under way.
  // It is under way until one of the following is called.
  Batch TakeBatch(size_t max_rows, size_t max_bytes);
  void OnStored();
  // It is answered, and the tenant isn't to blame.
  void OnGivenUp();
  // Tables are missing, or aren't what they were. What else waits of the tenant is to be refused.
  // REQUIRES: IsTables(trouble).
  void OnBroken(Trouble trouble, SteadyTime now);
  // Somebody else holds a lock. Not empty: these are the rooms of which it is to be found out which
  // are locked, and the batch is under way until one of the next two is called.
  std::vector<RoomId> OnBlocked(Batch batch, SteadyTime now);
  void OnRoomsFound(const std::vector<RoomId>& locked);
  void OnNothingFound();  // whole tables are locked
  // Whatever else it may be: its messages are to be tried one by one.
  void OnFailed(Batch batch, SteadyTime now);

  size_t CountBlocked(SteadyTime now) const;

 private:
  struct Tenant {
    Trouble trouble;
    SteadyTime troubled_at;
    SendQueue::Rooms turn = SendQueue::Rooms::kFree;
    size_t one_by_one = 0;  // how many batches are to hold one message
  };
  using Tenants = std::map<TenantKey, Tenant>;  // their order is that of their turns
  struct Attempt {
    Tenants::iterator tenant;
    std::vector<RoomId> rooms;
  };

  // The next one for which messages wait.
  Tenants::iterator NextTenant();
  void Note(Trouble trouble, SteadyTime now);

  SendQueue& queue_;
  Tenants tenants_;
  std::optional<Attempt> attempt_;      // what is under way
  std::optional<TenantKey> last_turn_;  // whose it was
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_ASIDE_TENANTS_H_
