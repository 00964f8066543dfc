// What a stream has yet to send: bounded, in order.
//
// Three kinds of entries: what may not be lost (replies, what comes from the log page by page),
// live room events, which can be dropped because the log still has them, and what is of the moment
// (heartbeats, typing), which nobody will miss. Live events are bounded in bytes; the first kind is
// bounded by those who add it: one page of the log, and one reply for each command in hand.
// Not thread-safe: guarded by the session.
#ifndef CHATTER_SERVER_RPC_OUTBOX_H_
#define CHATTER_SERVER_RPC_OUTBOX_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "server/model/model.h"

namespace chatter::rpc {

class Outbox {
 public:
  // A live event that has been dropped.
  struct Dropped {
    RoomId room;
    uint64_t seq;
  };

  explicit Outbox(size_t max_live_bytes) : max_live_bytes_(max_live_bytes) {}

  void AddFirm(EncodedEvent event) { Add({std::move(event), Kind::kFirm, {}, 0}); }

  // False, and not added: there is no room for it.
  bool AddLive(EncodedEvent event, const RoomId& room, uint64_t seq) {
    if (live_bytes_ + event->size() > max_live_bytes_) return false;
    Add({std::move(event), Kind::kLive, room, seq});
    return true;
  }

  // Not added where half of the space for live events is taken.
  void AddMomentary(EncodedEvent event) {
    if (live_bytes_ + event->size() > max_live_bytes_ / 2) return;
    Add({std::move(event), Kind::kMomentary, {}, 0});
  }

  // Drops all live and momentary entries; returns the live ones, in order.
  std::vector<Dropped> DropLive() {
    std::vector<Dropped> dropped;
    std::deque<Entry> kept;
    for (Entry& entry : entries_) {
      if (entry.kind == Kind::kFirm) {
        kept.push_back(std::move(entry));
        continue;
      }
      if (entry.kind == Kind::kLive) dropped.push_back({entry.room, entry.seq});
      bytes_ -= entry.event->size();
    }
    entries_ = std::move(kept);
    live_bytes_ = 0;
    return dropped;
  }

  // Removes entries from the front: at least one if there is one, no more than `max_bytes` of them
  // otherwise.
  std::vector<EncodedEvent> Take(size_t max_bytes) {
    std::vector<EncodedEvent> taken;
    size_t size = 0;
    while (!entries_.empty()) {
      Entry& entry = entries_.front();
      size += entry.event->size();
      if (!taken.empty() && size > max_bytes) break;
      bytes_ -= entry.event->size();
      if (entry.kind != Kind::kFirm) live_bytes_ -= entry.event->size();
      taken.push_back(std::move(entry.event));
      entries_.pop_front();
    }
    return taken;
  }

  void Clear() {
    entries_.clear();
    bytes_ = 0;
    live_bytes_ = 0;
  }

  bool empty() const { return entries_.empty(); }
  size_t bytes() const { return bytes_; }

 private:
  enum class Kind : uint8_t { kFirm, kLive, kMomentary };
  struct Entry {
    EncodedEvent event;
    Kind kind;
    RoomId room;
    uint64_t seq;
  };

  void Add(Entry entry) {
    bytes_ += entry.event->size();
    if (entry.kind != Kind::kFirm) live_bytes_ += entry.event->size();
    entries_.push_back(std::move(entry));
  }

  const size_t max_live_bytes_;
  std::deque<Entry> entries_;
  size_t bytes_ = 0;
  size_t live_bytes_ = 0;  // of the live and the momentary ones
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_OUTBOX_H_
