// All Chat streams of this server: counts them, gives them the time, drains them.
//
// Thread-safe.
#ifndef CHATTER_SERVER_STREAM_CHAT_SESSIONS_H_
#define CHATTER_SERVER_STREAM_CHAT_SESSIONS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "common/mutex.h"
#include "server/identity/rechecker.h"
#include "server/stream/chat_session.h"

namespace chatter::stream {

class ChatSessions {
 public:
  // What `deps` refers to must outlive this, and every session.
  ChatSessions(const ChatOptions& options, const ChatDeps& deps);

  // Makes a session that nobody knows of yet.
  std::shared_ptr<ChatSession> New(const UserCaller& caller,
                                   std::weak_ptr<ChatSession::Transport> transport) const;
  // The session's transport may be called from now on. A session beyond the bound of its user's
  // ends at once: RESOURCE_EXHAUSTED (OVERLOADED).
  void Begin(const std::shared_ptr<ChatSession>& session);
  // The stream is gone.
  void End(const std::shared_ptr<ChatSession>& session);

  // To be called every second: heartbeats.
  void Tick();
  // Every session, to end those that may not go on.
  std::vector<std::shared_ptr<identity::OpenStream>> Streams() const;
  // Asks every client to go within `grace`; sessions that begin from now on fail with DRAINING.
  void Drain(absl::Duration grace);
  // Ends every session that is left, with DRAINING.
  void EndAll();
  size_t active() const;
  uint64_t refused() const;  // beyond the bound of a user's
  const LiveBytes& live_bytes() const { return *live_bytes_; }

 private:
  std::vector<std::shared_ptr<ChatSession>> Snapshot() const;
  // False: the user has as many as they may.
  bool Add(const std::shared_ptr<ChatSession>& session) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Remove(const std::shared_ptr<ChatSession>& session) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const ChatOptions options_;
  const ChatDeps deps_;
  const std::shared_ptr<LiveBytes> live_bytes_;
  mutable Mutex mu_;
  absl::flat_hash_set<std::shared_ptr<ChatSession>> sessions_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<UserKey, size_t> streams_of_users_ ABSL_GUARDED_BY(mu_);
  uint64_t refused_ ABSL_GUARDED_BY(mu_) = 0;
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace chatter::stream

#endif  // CHATTER_SERVER_STREAM_CHAT_SESSIONS_H_
