// Who is there, as the streams that are open tell; and who wants to know.
//
// Pure bookkeeping, without I/O, threads or a clock: it is told what happens and what the table
// says, and keeps lists of what is to be done about it. A user of whom the table hasn't said yet
// whether they are invisible is shown as offline.
//
// An entry lives as long as its user has a stream, is in the grace after the last one, is watched,
// or was last seen at a time that isn't written yet. Not thread-safe: Presence confines it to a
// thread.
#ifndef CHATTER_SERVER_LIVE_PRESENCE_TRACKER_H_
#define CHATTER_SERVER_LIVE_PRESENCE_TRACKER_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "common/steady_time.h"
#include "server/live/hub.h"
#include "server/model/ids.h"
#include "server/model/presence.h"
#include "server/store/presence_store.h"

namespace chatter::live {

// A stream, which may make its user present, and watch others.
class PresenceStream {
 public:
  virtual ~PresenceStream() = default;
  // How it is with one of those whom it watches. Called from one thread only, without any lock.
  virtual void OnPresence(const EncodedEvent& presence, Flushes& flushes) = 0;
};

class PresenceTracker {
 public:
  using StreamPtr = std::shared_ptr<PresenceStream>;
  using Streams = absl::flat_hash_set<StreamPtr>;
  using LastSeen = store::PresenceStore::LastSeen;
  template <typename Entry>
  using ByTenant = absl::flat_hash_map<TenantKey, std::vector<Entry>>;

  // How long users stay as they were after their last stream, so that reconnects don't show.
  explicit PresenceTracker(absl::Duration grace) : grace_(grace) {}

  // Of streams that aren't open, nothing is kept. Those of kWatcher watch only: whether their user
  // is there they don't tell.
  enum class Role { kUser, kWatcher };
  void Open(const StreamPtr& stream, const UserKey& user, Role role = Role::kUser);
  // REQUIRES: not kOffline.
  void SetStatus(const StreamPtr& stream, PresenceStatus status);
  void Watch(const StreamPtr& stream, std::vector<std::string> user_ids);
  // `seen_at`: the time of day, which is `now`.
  void Close(const StreamPtr& stream, SteadyTime now, absl::Time seen_at);

  void SetInvisible(const UserKey& user, bool invisible);
  // What the table has said to a question that was asked when now() was `asked`. True: those who
  // watch the user are to be told. Out of date answers are ignored.
  bool Learn(const UserKey& user, const store::PresenceStore::State& state, uint64_t asked);
  uint64_t now() const { return last_change_; }

  // Users whose grace has ended by `now` are gone.
  void EndGraces(SteadyTime now);

  // nullopt: this node doesn't know.
  std::optional<UserPresence> Find(const UserKey& user) const;
  const Streams& WatchersOf(const UserKey& user) const;
  // Nobody, if the stream isn't open.
  std::vector<UserKey> WatchedBy(const StreamPtr& stream) const;
  // Those that watch somebody.
  std::vector<StreamPtr> WatchersIn(const TenantKey& tenant) const;

  // What is to be done since it was last taken. What couldn't be done is given back.
  ByTenant<std::string> TakeUnread();   // to be looked up in the table
  ByTenant<std::string> TakeChanged();  // to be told to those who watch them
  ByTenant<LastSeen> TakeUnwritten();   // to be written
  void GiveBackUnread(const UserKey& user);
  void GiveBackChanged(const UserKey& user);
  void GiveBackUnwritten(const UserKey& user);
  // Written, or not to be.
  void Written(const TenantKey& tenant, const std::vector<LastSeen>& seen);

  size_t users() const { return users_.size(); }

 private:
  struct Stream {
    UserKey user;
    Role role = Role::kUser;
    PresenceStatus status = PresenceStatus::kOnline;
    std::vector<std::string> watched = {};
  };
  struct Entry {
    bool present() const { return online > 0 || away > 0 || leaves_at.has_value(); }
    // As others see it.
    UserPresence Shown(const std::string& user_id) const;

    int online = 0;  // streams
    int away = 0;
    PresenceStatus status = PresenceStatus::kOffline;  // the most present of them, or of the last
    std::optional<SteadyTime> leaves_at = {};          // when the grace ends
    absl::Time left_at = {};                           // when it began
    std::optional<absl::Time> last_seen_at = {};
    bool unwritten = false;  // last_seen_at
    bool known = false;      // the table has been read since the user came
    bool told = false;       // all who watch have been told something
    bool invisible = false;
    uint64_t known_since = 0;      // earlier answers are of no use
    uint64_t invisible_since = 0;  // earlier answers don't tell whether the user is invisible
    Streams watchers = {};
  };

  Entry& EntryOf(const UserKey& user);
  // Changes an entry by `change`, and notes whether that shows.
  template <typename Change>
  void ChangeEntry(const UserKey& user, Entry& entry, Change change);
  static int& StreamCount(Entry& entry, PresenceStatus status);
  void Leave(const UserKey& user, Entry& entry);
  void ForgetIfUnused(const UserKey& user);

  const absl::Duration grace_;
  uint64_t last_change_ = 0;  // counts what makes answers out of date
  absl::flat_hash_map<StreamPtr, Stream> streams_;
  absl::flat_hash_map<UserKey, Entry> users_;
  std::deque<std::pair<SteadyTime, UserKey>> leaving_;  // in order; some have come back
  absl::flat_hash_set<UserKey> unread_;
  absl::flat_hash_set<UserKey> changed_;
  absl::flat_hash_set<UserKey> unwritten_;
};

}  // namespace chatter::live

#endif  // CHATTER_SERVER_LIVE_PRESENCE_TRACKER_H_
