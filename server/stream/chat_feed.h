// One room of a Chat session: where its stream stands in the room's log.
//
// Private to chat_session.cc and chat_session_feeds.cc.
#ifndef CHATTER_SERVER_STREAM_CHAT_FEED_H_
#define CHATTER_SERVER_STREAM_CHAT_FEED_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/stream/chat_session.h"

namespace chatter::stream {

// What the hub calls. Its state is guarded by the session's lock.
class ChatSession::Feed final : public live::RoomFollower,
                                public std::enable_shared_from_this<Feed> {
 public:
  enum class State {
    kAsking,  // the hub has been asked, and will say whether we are level
    kLevel,
    kBehind,   // waits for its turn to be read
    kReading,  // a page is on its way
    kRetired,  // another feed has taken its place
    kEnded,    // the caller is out of the room
  };

  // The events that the caller may see.
  struct View {
    uint64_t first_seq = 1;
    uint64_t joined_seq = 1;  // what removed the caller before this one doesn't count any more
  };

  Feed(std::shared_ptr<ChatSession> owner, const RoomId& id, const View& seen, uint64_t seq)
      : room(id), view(seen), next_seq(seq), session_(std::move(owner)) {}

  void OnLevel(uint64_t seq, live::Flushes& flushes) override {
    session_->FeedLevel(*this, seq, flushes);
  }
  void OnBehind() override { session_->FeedBehind(*this); }
  void OnOtherEpoch() override { session_->EndEpoch(); }
  void OnRoomEvents(const std::vector<EncodedRun>& runs, live::Flushes& flushes) override {
    session_->FeedEvents(*this, runs, flushes);
  }
  void OnNotice(const std::string& user_id, const EncodedEvent& notice,
                live::Flushes& flushes) override {
    session_->FeedNotice(*this, user_id, notice, flushes);
  }

  const RoomId room;
  View view;
  uint64_t rejoined_seq = 0;  // the caller is heard to be back since then
  uint64_t next_seq;          // the next number to go to the outbox
  State state = State::kAsking;
  bool tell_when_level = true;  // by `caught_up`
  bool touched = false;         // since the last heartbeat

 private:
  const std::shared_ptr<ChatSession> session_;
};

}  // namespace chatter::stream

#endif  // CHATTER_SERVER_STREAM_CHAT_FEED_H_
