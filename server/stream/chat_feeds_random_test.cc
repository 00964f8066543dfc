// Whatever the interleaving of hub, log, hints and client: every event that the user may see comes
// once, and in order. Held against a simple model: each room knows what the user is to see of it.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/stream/chat_feeds.h"
#include "server/stream/test_feeds.h"

namespace chatter::stream {
namespace {

constexpr int kRooms = 4;
constexpr int kSteps = 800;
constexpr size_t kMaxLiveBytes = 800;
constexpr size_t kMaxFrameBytes = 1'000;
constexpr size_t kPageEvents = 10;
constexpr size_t kMaxRunEvents = 5;

// A room: its log, what the hub makes of it, and bob.
struct Room {
  struct Following {
    live::Ticket ticket;
    uint64_t next_seq;
  };

  uint64_t head() const { return log.size(); }
  std::span<const RoomEvent> After(uint64_t seq, size_t limit) const {
    if (seq >= head()) return {};
    return std::span(log).subspan(seq, std::min<size_t>(limit, head() - seq));
  }
  // Bob may be removed again, or the room deleted, once he has seen that he is in. (Of several
  // returns that are heard of before the removals between them, the last one counts.)
  bool HasSettled() const { return is_in && !got.empty() && got.back() >= joined_seq; }

  RoomId id;
  std::vector<RoomEvent> log;
  bool is_deleted = false;

  bool is_followed = false;
  uint64_t tail = 0;
  std::vector<Following> followers;

  bool is_in = false;
  uint64_t joined_seq = 0;
  std::deque<uint64_t> hints;        // that bob has joined, still to come
  std::vector<uint64_t> past_hints;  // which may come again
  std::vector<uint64_t> to_see;
  std::vector<uint64_t> got;
  bool got_deletion = false;
};

class Simulation {
 public:
  explicit Simulation(uint32_t seed) : random_(seed) {
    for (uint8_t i = 0; i < kRooms; ++i) {
      std::array<uint8_t, 16> bytes = {};
      bytes.back() = i;
      rooms_[i].id = RoomId::FromBytes(bytes);
    }
  }

  void Run() {
    for (Room& room : rooms_) {
      if (Chance(4)) continue;  // one that bob comes into later
      Append(room, 1 + Below(6));
      Join(room);
      room.hints.clear();
      Append(room, Below(6));
    }
    Load();
    while (!Chance(6)) Change(AnyRoom());
    feeds_.Open(loaded_, cursors_);
    Gather();
    for (int i = 0; i < kSteps && !testing::Test::HasFailure(); ++i) Step();
    Finish();
  }

 private:
  // ---- Chance ----

  size_t Below(size_t bound) { return bound == 0 ? 0 : random_() % bound; }
  bool Chance(size_t one_in) { return Below(one_in) == 0; }
  Room& AnyRoom() { return rooms_[Below(kRooms)]; }
  Room& RoomOf(const RoomId& id) { return rooms_[id.bytes().back()]; }

  // ---- The rooms ----

  void Add(Room& room, RoomEvent event) {
    if (room.is_in) room.to_see.push_back(event.seq);
    room.log.push_back(std::move(event));
  }
  void Append(Room& room, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      const uint64_t seq = room.head() + 1;
      Add(room, Chance(8) ? RemovalOf(room.id, seq, "carol") : MessageOf(room.id, seq, Below(300)));
    }
  }
  void Join(Room& room) {
    room.is_in = true;
    room.joined_seq = room.head() + 1;
    room.hints.push_back(room.joined_seq);
    Append(room, 1);
  }
  void Remove(Room& room) {
    Add(room, RemovalOf(room.id, room.head() + 1, "bob"));
    room.is_in = false;
  }

  void Change(Room& room) {
    if (room.is_deleted) return;
    const size_t what = Below(40);
    if (what == 0 && room.HasSettled() && Chance(4)) {
      room.is_deleted = true;
      room.log.clear();
    } else if (what < 8 && room.HasSettled()) {
      Remove(room);
    } else if (what < 20 && !room.is_in) {
      Join(room);
    } else {
      Append(room, 1 + Below(3));
    }
  }

  void Load() {
    ASSERT_TRUE(feeds_.Enter("epoch"));
    cursors_.epoch = "epoch";
    for (Room& room : rooms_) {
      if (!room.is_in) continue;
      loaded_.push_back({.head = {room.id, room.head()}, .joined_seq = room.joined_seq});
      const uint64_t cursor = Chance(2) ? room.head() : Below(room.head() + 1);
      if (cursor < room.head() || Chance(2)) cursors_.after_seqs.emplace(room.id, cursor);
      room.to_see.clear();
      for (uint64_t seq = cursor + 1; seq <= room.head(); ++seq) room.to_see.push_back(seq);
    }
  }

  // ---- What may happen next ----

  void Step() {
    switch (Below(12)) {
      case 0:
        return Change(AnyRoom());
      case 1:
      case 2:
      case 3:
        return HandOut(AnyRoom());
      case 4:
        return Hint(AnyRoom());
      case 5:
      case 6:
      case 7:
      case 8:
        return CarryOutOne();
      case 9:
        return GivePage();
      case 10:
        if (Chance(4)) is_stalled_ = !is_stalled_;
        if (!is_stalled_) Read();
        return;
      case 11:
        if (Chance(5)) Beat();
        return;
    }
  }

  void Gather() {
    for (Action& action : feeds_.TakeActions()) actions_.push_back(std::move(action));
  }

  // Actions are carried out by several threads: in any order.
  void CarryOutOne() {
    if (actions_.empty()) return;
    std::swap(actions_[Below(actions_.size())], actions_.back());
    const Action action = std::move(actions_.back());
    actions_.pop_back();
    std::visit([this](const auto& one) { CarryOut(one); }, action);
    Gather();
  }

  void CarryOut(const action::Follow& follow) {
    Room& room = RoomOf(follow.room);
    if (!std::exchange(room.is_followed, true)) room.tail = follow.next_seq - 1;
    if (follow.next_seq <= room.tail) return feeds_.OnBehind(follow.ticket);
    room.followers.push_back({follow.ticket, follow.next_seq});
    feeds_.OnLevel(follow.ticket);
  }
  void CarryOut(const action::Unfollow& unfollow) {
    Room& room = RoomOf(unfollow.room);
    std::erase_if(room.followers, [&](const auto& one) { return one.ticket == unfollow.ticket; });
    if (room.followers.empty()) room.is_followed = false;
  }
  void CarryOut(const action::Read& read) {
    ASSERT_FALSE(page_.has_value()) << "one at a time";
    const Room& room = RoomOf(read.room);
    const auto events = room.After(read.after_seq, 1 + Below(kPageEvents));
    page_ = PageOf(events, read.after_seq + events.size() < room.head());
  }
  void CarryOut(const action::EndEpoch&) { FAIL() << "there is one epoch only"; }

  void GivePage() {
    if (!page_.has_value()) return;
    feeds_.OnPage(*std::exchange(page_, std::nullopt));
    Gather();
  }

  // As the hub does: see Hub::Shard::HandOut and End.
  void HandOut(Room& room) {
    if (!room.is_followed) return;
    if (room.is_deleted) {
      for (const auto& [ticket, next_seq] : std::exchange(room.followers, {})) {
        Tell(ticket, {DeletionOf(room.id, std::max(room.tail + 1, next_seq))});
      }
      room.is_followed = false;
      return;
    }
    const auto events = room.After(room.tail, 1 + Below(kMaxRunEvents));
    room.tail += events.size();
    for (const auto& [ticket, next_seq] : std::vector(room.followers)) {
      std::vector<RoomEvent> its_events(events.begin(), events.end());
      std::erase_if(its_events, [next = next_seq](const auto& one) { return one.seq < next; });
      Tell(ticket, its_events);
    }
  }
  void Tell(live::Ticket ticket, const std::vector<RoomEvent>& events) {
    if (events.empty()) return;
    feeds_.OnEvents(ticket, wire::EncodeRoomEvents(events));
    Gather();
  }

  // Hints come late, and again.
  void Hint(Room& room) {
    if (!room.hints.empty() && Chance(2)) {
      room.past_hints.push_back(room.hints.front());
      room.hints.pop_front();
      feeds_.OnRoomJoined(room.id, room.past_hints.back());
    } else if (!room.past_hints.empty()) {
      feeds_.OnRoomJoined(room.id, room.past_hints[Below(room.past_hints.size())]);
    }
    Gather();
  }

  void Beat() {
    v1::ServerEvent event;
    for (const RoomHead& head : feeds_.TakeChangedHeads(kRooms)) {
      v1::RoomHead& added = *event.mutable_heartbeat()->add_heads();
      added.set_room_id(head.room_id.ToString());
      added.set_head_seq(head.head_seq);
    }
    outbox_.AddMomentary(wire::Encode(event));
  }

  // ---- The client ----

  bool Read() {
    const auto frame = outbox_.Take(kMaxFrameBytes);
    feeds_.OnWritten(!frame.empty());
    Gather();
    for (const v1::ServerEvent& event : Parse(frame)) OnEvent(event);
    return !frame.empty();
  }

  void OnEvent(const v1::ServerEvent& event) {
    if (event.has_room_event()) OnRoomEvent(event.room_event());
    for (const v1::RoomHead& head : event.heartbeat().heads()) {
      const Room& room = RoomOf(*RoomId::Parse(head.room_id()));
      EXPECT_LE(head.head_seq(), room.got.empty() ? 0 : room.got.back());
    }
    times_lagged_ += event.has_lagged() ? 1 : 0;
  }

  void OnRoomEvent(const v1::RoomEvent& event) {
    Room& room = RoomOf(*RoomId::Parse(event.room_id()));
    ASSERT_FALSE(room.got_deletion);
    room.got_deletion = event.has_room_deleted();
    if (room.got_deletion) {
      ASSERT_TRUE(room.is_deleted);
      ASSERT_EQ(event.seq(), room.got.back() + 1);
      return;
    }
    ASSERT_LT(room.got.size(), room.to_see.size());
    ASSERT_EQ(event.seq(), room.to_see[room.got.size()]) << "room " << room.id.ToString();
    room.got.push_back(event.seq());
  }

  // ---- The end ----

  // All that is still to come, comes.
  void Finish() {
    bool is_quiet = false;
    for (int round = 0; !is_quiet && !testing::Test::HasFailure(); ++round) {
      ASSERT_LT(round, 10'000) << "there is no end to it";
      CarryOutOne();
      GivePage();
      is_quiet = true;
      for (Room& room : rooms_) {
        Hint(room);
        HandOut(room);
        is_quiet &= room.hints.empty();
        is_quiet &= !room.is_followed || (!room.is_deleted && room.tail == room.head());
      }
      is_quiet &= !Read() && actions_.empty() && !page_.has_value();
    }
    for (const Room& room : rooms_) {
      EXPECT_EQ(room.got_deletion, room.is_deleted);
      if (!room.is_deleted) {
        EXPECT_EQ(room.got, room.to_see);
      }
    }
  }

  std::mt19937 random_;
  std::array<Room, kRooms> rooms_;
  std::vector<store::RoomStore::Membership> loaded_;
  Cursors cursors_;
  const std::shared_ptr<LiveBytes> all_ = std::make_shared<LiveBytes>(1 << 20);
  Outbox outbox_{kMaxLiveBytes, all_};
  ChatFeeds feeds_{"bob", kRooms, outbox_};
  std::vector<Action> actions_;  // to be carried out
  std::optional<live::LogPages::Page> page_;
  bool is_stalled_ = false;
  int times_lagged_ = 0;

 public:
  int times_lagged() const { return times_lagged_; }
};

TEST(ChatFeedsRandomTest, EveryEventComesOnceAndInOrder) {
  int times_lagged = 0;
  for (uint32_t seed = 0; seed < 1000 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Simulation simulation(seed);
    simulation.Run();
    times_lagged += simulation.times_lagged();
  }
  EXPECT_GT(times_lagged, 500) << "too few of the hard cases";
}

}  // namespace
}  // namespace chatter::stream
