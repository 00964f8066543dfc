// The feeds of a session: from the log and from the hub to the outbox.
#include <algorithm>
#include <utility>

#include "server/stream/chat_feed.h"
#include "server/stream/chat_session.h"

namespace chatter::stream {
namespace {

// Below this the next page is read from the log.
constexpr size_t kLowWatermarkBytes = 64 << 10;

}  // namespace

void ChatSession::StartFeed(const store::RoomStore::Membership& membership, const Cursors& cursors,
                            Actions& actions) {
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
  if (next_seq != asked || outdated) AddReset(room, membership.first_seq, next_seq);
  const auto feed = std::make_shared<Feed>(
      shared_from_this(), room, Feed::View{membership.first_seq, membership.joined_seq}, next_seq);
  feed->tell_when_level = has_cursor;
  feeds_.emplace(room, feed);
  if (next_seq > head_seq) {
    FollowFeed(feed, actions);
  } else {
    PutBehind(*feed);
  }
}

void ChatSession::AddReset(const RoomId& room, uint64_t min_seq, uint64_t next_seq) {
  v1::ServerEvent event;
  event.mutable_reset()->set_room_id(room.ToString());
  event.mutable_reset()->set_min_seq(min_seq);
  event.mutable_reset()->set_next_seq(next_seq);
  Add(event);
}

void ChatSession::OnRoomJoined(const RoomId& room, uint64_t seq) {
  Actions actions;
  {
    MutexLock lock(mu_);
    if (state_ == State::kLoading) {
      joined_while_loading_.emplace_back(room, seq);
      return;
    }
    if (state_ != State::kOpen) return;
    JoinRoom(room, seq);
    ReadUnlessStuck(actions);
  }
  for (auto& action : actions) action();
}

void ChatSession::JoinRoom(const RoomId& room, uint64_t seq) {
  const auto found = feeds_.find(room);
  if (found != feeds_.end() && found->second->state != Feed::State::kEnded) {
    // Known already; or the event that removed the caller before this is still to come.
    uint64_t& rejoined_seq = found->second->rejoined_seq;
    rejoined_seq = std::max(rejoined_seq, seq);
    return;
  }
  // What was found before the caller was removed.
  if (found != feeds_.end() && seq < found->second->next_seq) return;
  if (found == feeds_.end() && feeds_.size() >= static_cast<size_t>(options_.max_rooms)) return;
  const auto feed = std::make_shared<Feed>(shared_from_this(), room, Feed::View{seq, seq}, seq);
  feeds_[room] = feed;
  PutBehind(*feed);
}

// Whether the run, which is the next one, ends with the event that takes the caller out.
bool ChatSession::IsOut(const Feed& feed, const EncodedRun& run) const {
  if (run.ends_room) return true;
  return run.next_seq() - 1 > feed.view.joined_seq &&
         std::binary_search(run.removed_users.begin(), run.removed_users.end(), caller_.user_id());
}

// The feed, whose last run it was, stays where it is, for what it has added may yet be dropped,
// unless the caller is back by now.
void ChatSession::EndFeed(const std::shared_ptr<Feed>& feed, const EncodedRun& last,
                          Actions& actions) {
  feed->state = Feed::State::kEnded;
  actions.push_back([this, feed] { deps_.hub.Unfollow(KeyOf(feed->room), feed); });
  if (last.ends_room || feed->rejoined_seq < feed->next_seq) return;
  JoinRoom(feed->room, feed->rejoined_seq);
  ReadUnlessStuck(actions);
}

void ChatSession::FollowFeed(const std::shared_ptr<Feed>& feed, Actions& actions) {
  feed->state = Feed::State::kAsking;
  actions.push_back([this, feed, next_seq = feed->next_seq, epoch = epoch_] {
    deps_.hub.Follow(KeyOf(feed->room), next_seq, epoch, feed);
  });
}

void ChatSession::PutBehind(Feed& feed) {
  feed.state = Feed::State::kBehind;
  behind_.push_back(feed.shared_from_this());
}

void ChatSession::FeedLevel(Feed& feed, uint64_t next_seq, live::Flushes& flushes) {
  bool closed;
  {
    MutexLock lock(mu_);
    closed = state_ == State::kClosed;
    if (active() && feed.state == Feed::State::kAsking && next_seq == feed.next_seq) {
      feed.state = Feed::State::kLevel;
      if (std::exchange(feed.tell_when_level, false)) {
        AddCaughtUp(feed);
        AskForFlush(flushes);
      }
    }
  }
  // Close may have overtaken the request to follow.
  if (closed) deps_.hub.Unfollow(KeyOf(feed.room), feed.shared_from_this());
}

void ChatSession::AddCaughtUp(const Feed& feed) {
  v1::ServerEvent event;
  event.mutable_caught_up()->set_room_id(feed.room.ToString());
  event.mutable_caught_up()->set_head_seq(feed.next_seq - 1);
  Add(event);
}

void ChatSession::FeedBehind(Feed& feed) {
  Actions actions;
  {
    MutexLock lock(mu_);
    if (!active() || feed.state != Feed::State::kAsking) return;
    PutBehind(feed);
    ReadUnlessStuck(actions);
  }
  for (auto& action : actions) action();
}

void ChatSession::FeedEvents(Feed& feed, const std::vector<EncodedRun>& runs,
                             live::Flushes& flushes) {
  Actions actions;
  {
    MutexLock lock(mu_);
    if (!active() || client_done_ || feed.state != Feed::State::kLevel ||
        runs.front().first_seq != feed.next_seq) {
      return;
    }
    for (const EncodedRun& run : runs) {
      if (!outbox_.AddLive(run, feed.room)) {
        Lag(feed, actions);
        break;
      }
      feed.next_seq = run.next_seq();
      if (IsOut(feed, run)) {
        EndFeed(feed.shared_from_this(), run, actions);
        break;
      }
    }
    Touch(feed);
    AskForFlush(flushes);
  }
  for (auto& action : actions) action();
}

void ChatSession::FeedNotice(Feed& feed, const std::string& user_id, const EncodedEvent& notice,
                             live::Flushes& flushes) {
  if (user_id == caller_.user_id()) return;
  MutexLock lock(mu_);
  if (!active() || feed.state != Feed::State::kLevel) return;
  outbox_.AddMomentary(notice);
  AskForFlush(flushes);
}

void ChatSession::Touch(Feed& feed) {
  if (feed.touched) return;
  feed.touched = true;
  touched_.push_back(feed.shared_from_this());
}

// Drops what the client is too slow for. Those feeds, and the one that there was no room for, go
// back to the first event that they lost.
void ChatSession::Lag(Feed& feed, Actions& actions) {
  uint64_t dropped_events = 0;
  presence_lost_ = true;  // perhaps
  for (const Outbox::Dropped& dropped : outbox_.DropLive()) {
    Feed& loser = *feeds_.at(dropped.room);
    if (loser.state == Feed::State::kLevel || loser.state == Feed::State::kEnded) {
      GoBack(loser, std::max(dropped.first_seq, loser.view.first_seq), actions);
    }
    dropped_events += dropped.count;
  }
  if (feed.state == Feed::State::kLevel) GoBack(feed, feed.next_seq, actions);
  v1::ServerEvent lagged;
  lagged.mutable_lagged()->set_dropped_events(dropped_events);
  Add(lagged);
  ReadUnlessStuck(actions);
}

// Puts another feed in the place of one that is level: whatever the hub still sends to the old one
// has no effect, in whichever order the hub hears of the two.
void ChatSession::GoBack(Feed& feed, uint64_t next_seq, Actions& actions) {
  const std::shared_ptr<Feed> retired = feed.shared_from_this();
  retired->state = Feed::State::kRetired;
  actions.push_back([this, retired] { deps_.hub.Unfollow(KeyOf(retired->room), retired); });
  const auto fresh =
      std::make_shared<Feed>(shared_from_this(), retired->room, retired->view, next_seq);
  feeds_[retired->room] = fresh;
  PutBehind(*fresh);
}

void ChatSession::ReadOn(Actions& actions) {
  if (reading_log_ || behind_.empty() || client_done_ || outbox_.bytes() > kLowWatermarkBytes)
    return;
  reading_log_ = true;
  const std::shared_ptr<Feed> feed = std::move(behind_.front());
  behind_.pop_front();
  feed->state = Feed::State::kReading;
  actions.push_back(
      [self = shared_from_this(), feed, after_seq = feed->next_seq - 1, epoch = epoch_] {
        self->deps_.pages.Read(self->KeyOf(feed->room), after_seq, epoch,
                               [self, feed](absl::StatusOr<live::LogPages::PagePtr> page) {
                                 self->OnPage(feed, std::move(page));
                               });
      });
}

void ChatSession::OnPage(const std::shared_ptr<Feed>& feed,
                         absl::StatusOr<live::LogPages::PagePtr> page) {
  // A stream that can't be fed had better end: its client will resume with its cursors.
  if (!page.ok()) return Fail(page.status());
  Actions actions;
  bool outdated;
  {
    MutexLock lock(mu_);
    outdated = Differ(epoch_, (*page)->epoch);
  }
  if (outdated) return EndEpoch();
  {
    MutexLock lock(mu_);
    reading_log_ = false;
    if (!active()) return;
    for (const EncodedRun& run : (*page)->runs) {
      outbox_.AddFirm(run.bytes);
      feed->next_seq = run.next_seq();
      Touch(*feed);
      if (IsOut(*feed, run)) {
        EndFeed(feed, run, actions);
        break;
      }
    }
    if (feed->state == Feed::State::kEnded) {
      // There is nothing more for the caller to see.
    } else if ((*page)->has_more) {
      PutBehind(*feed);  // at the end: the other rooms have their turn
    } else {
      FollowFeed(feed, actions);
    }
    ReadUnlessStuck(actions);
  }
  for (auto& action : actions) action();
  NotifyOutput();
}

// What is read now couldn't leave before the write that is under way has ended: TakeFrame reads on.
void ChatSession::ReadUnlessStuck(Actions& actions) {
  if (!write_under_way_) ReadOn(actions);
}

}  // namespace chatter::stream
