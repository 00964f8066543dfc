#include "server/stream/chat_feeds.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "server/wire/encode.h"

namespace chatter::stream {
namespace {

// Below this the next page is read from the log.
constexpr size_t kLowWatermarkBytes = 64 << 10;

}  // namespace

size_t ChatFeeds::RoomHash::operator()(const RoomId& room) const {
  return absl::Hash<RoomId>()(room);
}

ChatFeeds::ChatFeeds(std::string user_id, size_t max_rooms, Outbox& outbox)
    : user_id_(std::move(user_id)),
      max_rooms_(max_rooms),
      outbox_(outbox),
      by_room_(0, RoomHash{&feeds_}, RoomEq{&feeds_}) {
  static_assert(sizeof(Feed) == 48);
}

// ---- Life ----

bool ChatFeeds::Enter(const Epoch& epoch) {
  epoch_ = epoch;
  const bool is_latest = latest_epoch_.empty() || latest_epoch_ == epoch;
  if (!is_latest) actions_.emplace_back(action::EndEpoch{});
  return is_latest;
}

void ChatFeeds::Open(const std::vector<store::RoomStore::Membership>& rooms,
                     const Cursors& cursors) {
  open_ = true;
  feeds_.reserve(rooms.size());
  by_room_.reserve(rooms.size());
  for (const auto& membership : rooms) Start(membership, cursors);
  for (const auto& [room, seq] : std::exchange(joined_early_, {})) Join(room, seq);
}

void ChatFeeds::Start(const store::RoomStore::Membership& membership, const Cursors& cursors) {
  const auto& [room, head_seq] = membership.head;
  const auto cursor = cursors.after_seqs.find(room);
  const bool has_cursor = cursor != cursors.after_seqs.end();
  uint64_t next_seq = (has_cursor ? cursor->second : head_seq) + 1;
  const uint64_t asked = next_seq;
  // A standby may lag behind what the client has: then the room is silent until it doesn't.
  const bool may_lag = epoch_.empty();
  if ((next_seq > head_seq + 1 && !may_lag) || next_seq == 0) next_seq = head_seq + 1;
  next_seq = std::max(next_seq, membership.first_seq);
  // Who has nothing of the log has nothing to forget.
  const bool outdated = has_cursor && cursor->second > 0 && Differ(cursors.epoch, epoch_);
  if (next_seq != asked || outdated) SendReset(room, membership.first_seq, next_seq);
  Feed& feed = Add(room, next_seq, membership.joined_seq);
  feed.tell_when_level = has_cursor;
  if (next_seq > head_seq) {
    Follow(feed);
  } else {
    PutBehind(feed);
  }
}

void ChatFeeds::Stop() { stopped_ = true; }

void ChatFeeds::Close() {
  closed_ = true;
  stopped_ = true;
  for (Feed& feed : feeds_) {
    if (feed.state == State::kLevel || feed.state == State::kAsking) Unfollow(feed);
  }
}

void ChatFeeds::OnEpoch(const Epoch& epoch) {
  latest_epoch_ = epoch;
  if (open_ && epoch_ != epoch) actions_.emplace_back(action::EndEpoch{});
}

// ---- Coming into rooms, and going out of them ----

void ChatFeeds::OnRoomJoined(const RoomId& room, uint64_t seq) {
  if (open_) {
    Join(room, seq);
  } else {
    joined_early_.emplace_back(room, seq);
  }
}

void ChatFeeds::Join(const RoomId& room, uint64_t seq) {
  const auto found = by_room_.find(room);
  if (found == by_room_.end()) {
    if (feeds_.size() >= max_rooms_) return;
    Feed& feed = Add(room, seq, seq);
    feed.came_later = true;
    PutBehind(feed);
    return;
  }
  Feed& feed = feeds_[*found];
  if (feed.state != State::kEnded) {
    // Known already; or the event that removed the caller before this is still to come.
    feed.rejoined_seq = std::max(feed.rejoined_seq, seq);
  } else if (seq >= feed.next_seq) {  // else it was found before the caller was removed
    Return(feed, seq);
  }
}

ChatFeeds::Feed& ChatFeeds::Add(const RoomId& room, uint64_t next_seq, uint64_t joined_seq) {
  feeds_.push_back({.room = room, .next_seq = next_seq, .joined_seq = joined_seq});
  by_room_.insert(IndexOf(feeds_.back()));
  return feeds_.back();
}

// The caller, who was out of the room, is in it again since event `seq`. What was seen before can't
// be read again from now on: it mustn't be dropped.
void ChatFeeds::Return(Feed& feed, uint64_t seq) {
  outbox_.KeepLive(IndexOf(feed));
  feed.next_seq = seq;
  feed.joined_seq = seq;
  feed.rejoined_seq = 0;
  feed.tell_when_level = true;
  feed.came_later = true;
  PutBehind(feed);
}

bool ChatFeeds::IsOut(const Feed& feed, const EncodedRun& run) const {
  if (run.ends_room) return true;
  return run.next_seq() - 1 > feed.joined_seq &&
         std::binary_search(run.removed_users.begin(), run.removed_users.end(), user_id_);
}

void ChatFeeds::End(Feed& feed, bool for_all) {
  if (feed.state == State::kLevel) Unfollow(feed);
  feed.state = State::kEnded;
  feed.changed = false;
  if (!for_all && feed.rejoined_seq >= feed.next_seq) Return(feed, feed.rejoined_seq);
}

bool ChatFeeds::IsInRoom(const RoomId& room) const {
  const auto found = by_room_.find(room);
  return found != by_room_.end() && feeds_[*found].state != State::kEnded;
}

// ---- From the hub ----

void ChatFeeds::Follow(Feed& feed) {
  feed.state = State::kAsking;
  ++feed.follows;
  actions_.emplace_back(action::Follow{feed.room, feed.next_seq, epoch_, TicketOf(feed)});
}

void ChatFeeds::Unfollow(const Feed& feed) {
  actions_.emplace_back(action::Unfollow{feed.room, TicketOf(feed)});
}

live::Ticket ChatFeeds::TicketOf(const Feed& feed) const {
  return uint64_t{feed.follows} << 32 | IndexOf(feed);
}

ChatFeeds::Feed* ChatFeeds::Find(live::Ticket ticket, State state) {
  Feed& feed = feeds_[static_cast<FeedIndex>(ticket)];
  return TicketOf(feed) == ticket && feed.state == state ? &feed : nullptr;
}

bool ChatFeeds::OnLevel(live::Ticket ticket) {
  if (closed_) {  // Close may have overtaken the request to follow
    Unfollow(feeds_[static_cast<FeedIndex>(ticket)]);
    return false;
  }
  Feed* feed = Find(ticket, State::kAsking);
  if (feed == nullptr) return false;
  feed->state = State::kLevel;
  if (feed->is_unheard_of() || !std::exchange(feed->tell_when_level, false)) return false;
  SendCaughtUp(*feed);
  return true;
}

void ChatFeeds::OnBehind(live::Ticket ticket) {
  if (Feed* feed = Find(ticket, State::kAsking)) PutBehind(*feed);
}

bool ChatFeeds::OnEvents(live::Ticket ticket, const std::vector<EncodedRun>& runs) {
  Feed* feed = Find(ticket, State::kLevel);
  if (feed == nullptr || stopped_ || runs.front().first_seq != feed->next_seq) return false;
  if (EndsUnheardOf(*feed, runs.front())) {
    End(*feed, /*for_all=*/true);
    return false;
  }
  if (feed->tell_when_level) {  // nothing had been heard of it, and now it is read: then it is told
    GoBack(*feed, feed->next_seq);
    return false;
  }
  for (const EncodedRun& run : runs) {
    if (!outbox_.AddLive(run, IndexOf(*feed))) {
      Lag(*feed);
      break;
    }
    if (!Advance(*feed, run)) break;
  }
  return true;
}

bool ChatFeeds::OnNotice(live::Ticket ticket, const EncodedEvent& notice) {
  if (Find(ticket, State::kLevel) == nullptr) return false;
  outbox_.AddMomentary(notice);
  return true;
}

bool ChatFeeds::Advance(Feed& feed, const EncodedRun& run) {
  feed.next_seq = run.next_seq();
  if (IsOut(feed, run)) {
    End(feed, run.ends_room);
    return false;
  }
  if (!std::exchange(feed.changed, true)) changed_.push_back(IndexOf(feed));
  return true;
}

// Drops what the client is too slow for. Those feeds, and the one that there was no room for, go
// back to the first event that they lost.
void ChatFeeds::Lag(Feed& feed) {
  uint64_t dropped_events = 0;
  for (const Outbox::Dropped& dropped : outbox_.DropLive()) {
    Feed& loser = feeds_[dropped.feed];
    if (loser.state == State::kLevel || loser.state == State::kEnded) {
      GoBack(loser, dropped.first_seq);
    }
    dropped_events += dropped.count;
  }
  if (feed.state == State::kLevel) GoBack(feed, feed.next_seq);
  SendLagged(dropped_events);
}

// Whatever the hub still sends for the ticket has no effect, in whichever order it hears of that
// one and the next.
void ChatFeeds::GoBack(Feed& feed, uint64_t next_seq) {
  if (feed.state == State::kLevel) Unfollow(feed);
  feed.next_seq = next_seq;
  feed.tell_when_level = true;
  feed.changed = false;
  PutBehind(feed);
}

// ---- From the log ----

void ChatFeeds::PutBehind(Feed& feed) {
  feed.state = State::kBehind;
  behind_.push_back(IndexOf(feed));
  ReadUnlessStuck();
}

void ChatFeeds::ReadOn() {
  if (reading_.has_value() || behind_.empty() || stopped_ || outbox_.bytes() > kLowWatermarkBytes) {
    return;
  }
  reading_ = behind_.front();
  behind_.pop_front();
  Feed& feed = feeds_[*reading_];
  feed.state = State::kReading;
  actions_.emplace_back(action::Read{feed.room, feed.next_seq - 1, epoch_});
}

// What is read now couldn't leave before the write that is under way has ended: OnWritten reads on.
void ChatFeeds::ReadUnlessStuck() {
  if (!writing_) ReadOn();
}

void ChatFeeds::OnPage(const live::LogPages::Page& page) {
  if (Differ(epoch_, page.epoch)) {
    actions_.emplace_back(action::EndEpoch{});
    return;
  }
  Feed& feed = feeds_[*reading_];
  reading_.reset();
  bool goes_on = true;
  for (const EncodedRun& run : page.runs) {
    outbox_.AddFirm(run.bytes);
    goes_on = Advance(feed, run);
    if (!goes_on) break;  // there is nothing more for the caller to see
  }
  if (goes_on && page.has_more) {
    PutBehind(feed);  // at the end: the other rooms have their turn
  } else if (goes_on) {
    Follow(feed);
  }
  ReadUnlessStuck();
}

void ChatFeeds::OnWritten(bool has_more) {
  writing_ = has_more;
  if (open_) ReadOn();
}

// ---- To the client ----

std::vector<RoomHead> ChatFeeds::TakeChangedHeads(size_t max) {
  std::vector<RoomHead> heads;
  for (const FeedIndex index : std::exchange(changed_, {})) {
    Feed& feed = feeds_[index];
    if (std::exchange(feed.changed, false) && heads.size() < max) {
      heads.push_back({feed.room, feed.next_seq - 1});
    }
  }
  return heads;
}

void ChatFeeds::SendReset(const RoomId& room, uint64_t min_seq, uint64_t next_seq) {
  v1::ServerEvent event;
  event.mutable_reset()->set_room_id(room.ToString());
  event.mutable_reset()->set_min_seq(min_seq);
  event.mutable_reset()->set_next_seq(next_seq);
  outbox_.AddFirm(wire::Encode(event));
}

void ChatFeeds::SendCaughtUp(const Feed& feed) {
  v1::ServerEvent event;
  event.mutable_caught_up()->set_room_id(feed.room.ToString());
  event.mutable_caught_up()->set_head_seq(feed.next_seq - 1);
  outbox_.AddFirm(wire::Encode(event));
}

void ChatFeeds::SendLagged(uint64_t dropped_events) {
  v1::ServerEvent event;
  event.mutable_lagged()->set_dropped_events(dropped_events);
  outbox_.AddFirm(wire::Encode(event));
}

}  // namespace chatter::stream
