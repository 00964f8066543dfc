// What a stream has yet to send: bounded, in order.
//
// Three kinds of entries: what may not be lost (replies, what comes from the log page by page),
// live room events, which can be dropped because the log still has them, and what is of the moment
// (heartbeats, typing, presence), which nobody will miss. Live events are bounded in bytes; the
// first kind is bounded by those who add it: one page of the log, and so many replies that no more
// commands are read while these wait. Not thread-safe: guarded by the session.
#ifndef CHATTER_SERVER_STREAM_OUTBOX_H_
#define CHATTER_SERVER_STREAM_OUTBOX_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "server/model/room.h"

namespace chatter::stream {

// What all outboxes of a process hold of live events, each counting what it shares with others.
// Thread-safe.
struct LiveBytes {
  explicit LiveBytes(size_t max_bytes) : max(max_bytes) {}
  const size_t max;
  std::atomic<size_t> used = 0;
  std::atomic<uint64_t> times_dropped = 0;
};

// The number of a room's feed, among those of its stream: see ChatFeeds.
using FeedIndex = uint32_t;

class Outbox {
 public:
  // What each outbox may hold of live events even when all of them together hold too much.
  static constexpr size_t kMinLiveBytes = 64 << 10;

  // Live events that have been dropped, the first of them.
  struct Dropped {
    FeedIndex feed;
    uint64_t first_seq;
    uint64_t count;
  };

  Outbox(size_t max_live_bytes, std::shared_ptr<LiveBytes> all)
      : max_live_bytes_(max_live_bytes), all_(std::move(all)) {}
  ~Outbox() { Clear(); }
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  void AddFirm(EncodedEvent bytes) { Add({.bytes = std::move(bytes), .kind = Kind::kFirm}); }

  void AddReply(EncodedEvent bytes) {
    Add({.bytes = std::move(bytes), .kind = Kind::kReply});
    ++replies_;
  }

  // False, and not added: there is no room for it.
  bool AddLive(const EncodedRun& run, FeedIndex feed) {
    if (live_bytes_ + run.bytes->size() > MaxLiveBytes()) return false;
    Add({run.bytes, run.first_seq, static_cast<uint32_t>(run.count), feed, Kind::kLive});
    return true;
  }

  // From now on, the live events of the feed may not be lost.
  void KeepLive(FeedIndex feed) {
    for (Entry& entry : entries_) {
      if (entry.kind == Kind::kLive && entry.feed == feed) entry.kind = Kind::kKept;
    }
  }

  // False, and not added: half of the space for live events is taken.
  bool AddMomentary(EncodedEvent event) {
    if (live_bytes_ + event->size() > MaxLiveBytes() / 2) return false;
    Add({.bytes = std::move(event), .kind = Kind::kMomentary});
    return true;
  }

  // As AddMomentary, but that it is lost is remembered.
  void AddPresence(EncodedEvent event) {
    if (!AddMomentary(std::move(event))) presence_lost_ = true;
  }

  // Whether presence may have been lost, and there is room for it again: to be told once more.
  bool TakePresenceLost() { return empty() && std::exchange(presence_lost_, false); }

  // Drops all live and momentary entries; returns the live ones, in order.
  std::vector<Dropped> DropLive() {
    ++all_->times_dropped;
    presence_lost_ = true;  // perhaps
    std::vector<Dropped> dropped;
    std::deque<Entry> kept;
    for (Entry& entry : entries_) {
      if (entry.kind == Kind::kLive) {
        dropped.push_back({entry.feed, entry.first_seq, entry.count});
      }
      if (entry.IsDroppable()) {
        Uncount(entry);
      } else {
        kept.push_back(std::move(entry));
      }
    }
    entries_ = std::move(kept);
    return dropped;
  }

  // Removes entries from the front: at least one if there is one, no more than `max_bytes` of them
  // otherwise.
  std::vector<EncodedEvent> Take(size_t max_bytes) {
    std::vector<EncodedEvent> taken;
    size_t size = 0;
    while (!entries_.empty()) {
      Entry& entry = entries_.front();
      size += entry.bytes->size();
      if (!taken.empty() && size > max_bytes) break;
      Uncount(entry);
      taken.push_back(std::move(entry.bytes));
      entries_.pop_front();
    }
    return taken;
  }

  void Clear() {
    for (const Entry& entry : entries_) Uncount(entry);
    entries_.clear();
  }

  bool empty() const { return entries_.empty(); }
  size_t bytes() const { return bytes_; }
  int replies() const { return replies_; }

 private:
  enum class Kind : uint8_t { kFirm, kReply, kLive, kKept, kMomentary };
  struct Entry {
    EncodedEvent bytes;
    // Of live events.
    uint64_t first_seq = 0;
    uint32_t count = 0;
    FeedIndex feed = 0;

    Kind kind = Kind::kFirm;

    bool IsDroppable() const { return kind == Kind::kLive || kind == Kind::kMomentary; }
    // Among those that are bounded here. What is kept still is.
    bool CountsAsLive() const { return IsDroppable() || kind == Kind::kKept; }
  };

  size_t MaxLiveBytes() const { return all_->used > all_->max ? kMinLiveBytes : max_live_bytes_; }

  void Add(Entry entry) {
    bytes_ += entry.bytes->size();
    if (entry.CountsAsLive()) {
      live_bytes_ += entry.bytes->size();
      all_->used += entry.bytes->size();
    }
    entries_.push_back(std::move(entry));
  }

  void Uncount(const Entry& entry) {
    bytes_ -= entry.bytes->size();
    if (entry.kind == Kind::kReply) --replies_;
    if (entry.CountsAsLive()) {
      live_bytes_ -= entry.bytes->size();
      all_->used -= entry.bytes->size();
    }
  }

  const size_t max_live_bytes_;
  const std::shared_ptr<LiveBytes> all_;
  std::deque<Entry> entries_;
  size_t bytes_ = 0;
  size_t live_bytes_ = 0;  // of the live, the kept and the momentary ones
  int replies_ = 0;
  bool presence_lost_ = false;
};

}  // namespace chatter::stream

#endif  // CHATTER_SERVER_STREAM_OUTBOX_H_
