// Where a Chat stream stands in the logs of its caller's rooms, as a state machine: what is to be
// read, followed and sent next.
//
// Each room has a feed, which is either level (live events go from the hub to the outbox) or behind
// (it waits its turn to be read from the log, a page at a time, whenever the outbox has drained and
// the last write is done). It ends with the event that removes the caller. A client that reads too
// slowly has its live events dropped and those feeds put behind: see Lagged in chat.proto. A feed
// never skips a number: it adds event N only after N - 1.
//
// Feeds live in one epoch of the tenant's logs: where another begins, the stream is to end, and its
// client comes back with cursors that are held against the new one.
//
// Inputs are what happened. What the client is to get goes into the outbox, since what comes next
// depends on whether it has room; all else are actions, to be taken with TakeActions() after every
// input, and carried out in any order. Not thread-safe. Free of threads, of the hub and of the
// database.
#ifndef CHATTER_SERVER_STREAM_CHAT_FEEDS_H_
#define CHATTER_SERVER_STREAM_CHAT_FEEDS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "chatter/v1/chat.pb.h"
#include "server/live/hub.h"
#include "server/live/log_pages.h"
#include "server/model/epoch.h"
#include "server/model/room.h"
#include "server/store/room_store.h"
#include "server/stream/outbox.h"

namespace chatter::stream {

// Where the client stands, and in which epoch.
struct Cursors {
  Epoch epoch;
  absl::flat_hash_map<RoomId, uint64_t> after_seqs;
};

namespace action {

// OnLevel or OnBehind answers, or the stream ends because others follow the room in another epoch.
struct Follow {
  RoomId room;
  uint64_t next_seq = 0;
  Epoch epoch;
  live::Ticket ticket = 0;
};
struct Unfollow {
  RoomId room;
  live::Ticket ticket = 0;
};
// OnPage answers, or the stream ends because the log can't be read. One at a time.
struct Read {
  RoomId room;
  uint64_t after_seq = 0;
  Epoch epoch;
};
// The stream is to end.
struct EndEpoch {};

}  // namespace action

using Action = std::variant<action::Follow, action::Unfollow, action::Read, action::EndEpoch>;

class ChatFeeds {
 public:
  // `max_rooms`: more aren't joined. The outbox must outlive the feeds.
  ChatFeeds(std::string user_id, size_t max_rooms, Outbox& outbox);
  ChatFeeds(const ChatFeeds&) = delete;
  ChatFeeds& operator=(const ChatFeeds&) = delete;

  // The rooms have been loaded in this epoch. False: the logs are known to be in another.
  bool Enter(const Epoch& epoch);
  // Begins with the rooms that were loaded: where the cursors are or, without one, at the head.
  // REQUIRES: Enter returned true.
  void Open(const std::vector<store::RoomStore::Membership>& rooms, const Cursors& cursors);
  // Nothing more is read from the log or taken from the hub.
  void Stop();
  // Gives up what is followed, for good.
  void Close();

  // From the hub. Those that return something: whether there is something to send.
  // `ticket` is that of action::Follow; calls for one that has been given up have no effect.
  bool OnLevel(live::Ticket ticket);
  void OnBehind(live::Ticket ticket);
  // REQUIRES: `runs` isn't empty.
  bool OnEvents(live::Ticket ticket, const std::vector<EncodedRun>& runs);
  bool OnNotice(live::Ticket ticket, const EncodedEvent& notice);
  // The caller is in this room, since its event `seq`; perhaps long since.
  void OnRoomJoined(const RoomId& room, uint64_t seq);
  // The logs are in this epoch; perhaps long since.
  void OnEpoch(const Epoch& epoch);

  // From the log: what action::Read asked for.
  void OnPage(const live::LogPages::Page& page);

  // From the transport: the last write is done, and the outbox has been looked at for the next.
  // `has_more`: which has begun.
  void OnWritten(bool has_more);

  bool IsInRoom(const RoomId& room) const;
  const Epoch& epoch() const { return epoch_; }
  // How far the rooms go on the stream in which something happened since the last call, up to
  // `max`; the others are forgotten.
  std::vector<RoomHead> TakeChangedHeads(size_t max);

  std::vector<Action> TakeActions() { return std::exchange(actions_, {}); }

 private:
  enum class State : uint8_t {
    kAsking,   // the hub has been asked, and will say whether we are level
    kLevel,    // the hub hands us what comes
    kBehind,   // waits for its turn to be read
    kReading,  // a page is on its way
    kEnded,    // the caller is out of the room
  };
  // A stream may have ten thousand: each member counts. A room has one for as long as the stream is
  // open, since what it has added may yet be dropped.
  struct Feed {
    RoomId room;
    uint64_t next_seq = 1;      // the next number to go to the outbox
    uint64_t joined_seq = 1;    // what removed the caller before this one doesn't count any more
    uint64_t rejoined_seq = 0;  // the caller is heard to be back since then
    uint32_t follows = 0;       // how often the room was followed; part of its ticket
    State state = State::kBehind;
    bool tell_when_level = true;  // by `caught_up`
    bool changed = false;         // since the last heartbeat
    bool came_later = false;      // not from `opened`, but from its events is the room known

    // Nothing was said of it yet, since the caller came (back) into the room.
    bool is_unheard_of() const { return came_later && next_seq == joined_seq; }
  };
  // Finds feeds by their rooms, without holding the rooms twice.
  struct RoomHash {
    using is_transparent = void;
    const std::vector<Feed>* feeds;
    size_t operator()(const RoomId& room) const;
    size_t operator()(FeedIndex index) const { return (*this)((*feeds)[index].room); }
  };
  struct RoomEq {
    using is_transparent = void;
    const std::vector<Feed>* feeds;
    bool operator()(FeedIndex a, FeedIndex b) const { return a == b; }
    bool operator()(FeedIndex index, const RoomId& room) const {
      return (*feeds)[index].room == room;
    }
  };

  void Start(const store::RoomStore::Membership& membership, const Cursors& cursors);
  void Join(const RoomId& room, uint64_t seq);
  void Return(Feed& feed, uint64_t seq);
  Feed& Add(const RoomId& room, uint64_t next_seq, uint64_t joined_seq);
  void Follow(Feed& feed);
  void Unfollow(const Feed& feed);
  void PutBehind(Feed& feed);
  // The run, which is the next one, is in the outbox. False: it is the last that the caller sees.
  bool Advance(Feed& feed, const EncodedRun& run);
  // Whether the client has never heard of the room that the run, which is the next one, ends.
  static bool EndsUnheardOf(const Feed& feed, const EncodedRun& run) {
    return run.ends_room && feed.is_unheard_of();
  }
  // Whether the run, which is the next one, ends with the event that takes the caller out.
  bool IsOut(const Feed& feed, const EncodedRun& run) const;
  // `for_all`: the room is no more.
  void End(Feed& feed, bool for_all);
  void Lag(Feed& feed);
  void GoBack(Feed& feed, uint64_t next_seq);
  // Reads the next page of a feed that is behind, if there is one and there is room for it.
  void ReadOn();
  void ReadUnlessStuck();

  FeedIndex IndexOf(const Feed& feed) const {
    return static_cast<FeedIndex>(&feed - feeds_.data());
  }
  live::Ticket TicketOf(const Feed& feed) const;
  // The feed in `state` whose ticket this is, or null.
  Feed* Find(live::Ticket ticket, State state);

  void SendReset(const RoomId& room, uint64_t min_seq, uint64_t next_seq);
  void SendCaughtUp(const Feed& feed);
  void SendLagged(uint64_t dropped_events);

  const std::string user_id_;
  const size_t max_rooms_;
  Outbox& outbox_;

  bool open_ = false;
  bool stopped_ = false;
  bool closed_ = false;
  bool writing_ = false;
  Epoch epoch_;         // in which the rooms were loaded
  Epoch latest_epoch_;  // as the hub says
  std::vector<std::pair<RoomId, uint64_t>> joined_early_;
  std::vector<Feed> feeds_;
  absl::flat_hash_set<FeedIndex, RoomHash, RoomEq> by_room_;
  std::deque<FeedIndex> behind_;
  std::optional<FeedIndex> reading_;
  std::vector<FeedIndex> changed_;  // since the last heartbeat
  std::vector<Action> actions_;
};

}  // namespace chatter::stream

#endif  // CHATTER_SERVER_STREAM_CHAT_FEEDS_H_
