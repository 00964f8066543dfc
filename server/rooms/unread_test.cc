// What is unread is counted right, whatever a room's history is.
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/postgres/statement.h"
#include "server/rooms/room_rules.h"
#include "server/store/sql.h"
#include "tests/support/await.h"
#include "tests/support/callers.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::rooms {
namespace {

using store::RoomState;
using store::RoomStore;
using test::Await;
using test::CoreStack;
using test::Soon;
using test::TestDatabase;

// How many messages are unread, and how many of them mention the user.
struct Counts {
  int32_t messages = 0;
  int32_t mentions = 0;

  friend bool operator==(const Counts&, const Counts&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Counts& counts) {
    return out << counts.messages << " unread, " << counts.mentions << " mentions";
  }
};

// What is unread by what the log says, counted one by one.
class Model {
 public:
  void Take(const RoomEvent& event) {
    head_seq_ = event.seq;
    if (const auto* created = std::get_if<v1::RoomCreated>(&event.what)) {
      Come(created->user_ids());
    } else if (const auto* added = std::get_if<v1::MembersAdded>(&event.what)) {
      Come(added->user_ids());
    } else if (const auto* removed = std::get_if<v1::MembersRemoved>(&event.what)) {
      for (const std::string& user_id : removed->user_ids()) marks_.erase(user_id);
    } else if (const auto* message = std::get_if<MessageSent>(&event.what)) {
      if (!message->deleted) Keep(event, *message);
    } else if (const auto* deleted = std::get_if<v1::MessageDeleted>(&event.what)) {
      messages_.erase(deleted->seq());
    }
  }
  void MarkRead(const std::string& user_id, uint64_t seq) {
    marks_.at(user_id) = std::max(marks_.at(user_id), std::min(seq, head_seq_));
  }
  void MarkUnread(const std::string& user_id, uint64_t seq) {
    marks_.at(user_id) = std::min(marks_.at(user_id), std::max<uint64_t>(seq - 1, 1));
  }

  Counts Of(const std::string& user_id) const {
    Counts counts;
    for (auto it = messages_.upper_bound(marks_.at(user_id)); it != messages_.end(); ++it) {
      const Sent& message = it->second;
      if (message.sender_id == user_id) continue;
      ++counts.messages;
      if (message.mentions.contains(user_id) || message.mentions.contains("")) ++counts.mentions;
    }
    return {std::min(counts.messages, 999), std::min(counts.mentions, 100)};
  }
  uint64_t head_seq() const { return head_seq_; }
  bool HasMember(const std::string& user_id) const { return marks_.contains(user_id); }

 private:
  struct Sent {
    std::string sender_id;
    std::set<std::string> mentions;  // an empty one stands for everyone
  };

  template <typename Ids>
  void Come(const Ids& user_ids) {
    for (const std::string& user_id : user_ids) marks_[user_id] = head_seq_;
  }
  void Keep(const RoomEvent& event, const MessageSent& message) {
    v1::MessageDetails details;
    details.ParseFromString(message.details);
    Sent& sent = messages_[event.seq];
    sent.sender_id = event.actor_id;
    sent.mentions.insert(details.mentioned_user_ids().begin(), details.mentioned_user_ids().end());
    if (details.mentions_everyone()) sent.mentions.insert("");
  }

  uint64_t head_seq_ = 0;
  std::map<uint64_t, Sent> messages_;  // those that aren't deleted
  std::map<std::string, uint64_t> marks_;
};

class UnreadTest : public ::testing::Test {
 protected:
  UnreadTest() { stack_.AddUsers(tenant_, users_); }

  RoomId MakeRoom() {
    const auto made = Await<RoomStore::MadeRoom>([&](auto done) {
      stack_.stores.rooms.Create(
          tenant_, {.kind = RoomKind::kGroup, .user_ids = users_, .owner_ids = {"alice"}},
          {Asker::User("alice")}, Soon(), std::move(done));
    });
    EXPECT_TRUE(made.ok()) << made.status();
    return made->room.id;
  }

  // By GetRoom.
  Counts UnreadOf(const std::string& user_id, const RoomId& room) {
    const auto found = Await<std::optional<Room>>([&](auto done) {
      stack_.stores.rooms.Find(tenant_, room, Asker::User(user_id), RoomFields::All(), Soon(),
                               std::move(done));
    });
    if (!found.ok() || !found->has_value()) return {-1, -1};
    return {(*found)->unread_count, (*found)->unread_mention_count};
  }
  // By ListRooms, and by `opened` of a stream.
  std::map<RoomId, Counts> ListedOf(const std::string& user_id) {
    std::map<RoomId, Counts> listed;
    const auto rooms = Await<std::vector<RoomStore::ListedRoom>>([&](auto done) {
      stack_.stores.rooms.ListOfUser(tenant_, user_id, {.include_hidden = true}, RoomFields::All(),
                                     {}, 100, Soon(), std::move(done));
    });
    for (const auto& [room, position] : *rooms) {
      listed[room.id] = {room.unread_count, room.unread_mention_count};
    }
    return listed;
  }
  std::map<RoomId, Counts> OpenedOf(const std::string& user_id) {
    std::map<RoomId, Counts> opened;
    const auto heads = Await<RoomStore::Memberships>([&](auto done) {
      stack_.stores.rooms.ListHeads(tenant_, user_id, 100, 100, Soon(), std::move(done));
    });
    for (const RoomStore::Membership& room : heads->rooms) {
      opened[room.head.room_id] = {room.unread_count, room.unread_mention_count};
    }
    return opened;
  }
  // By CountUnread, in all rooms.
  Counts CountedOf(const std::string& user_id) {
    const auto unread = Await<store::ReadStateStore::Unread>([&](auto done) {
      stack_.conversation.read_states.Count(test::UserOf(tenant_, user_id), std::move(done));
    });
    return {unread->messages, unread->mentions};
  }

  // Adds events behind what a room has, one for each of 1 to `count`: of the kind 2 by `actor`,
  // messages.
  void AddEvents(const RoomId& room, int count, int kind, std::string_view actor) {
    database_.Execute(absl::StrCat(
        "INSERT INTO acme.chatter_event (room_id, seq, created_at, kind, actor_id, text) "
        "SELECT room_id, max(seq) + i, now(), ",
        kind, ", '", std::string(actor), "', CASE WHEN ", kind, " = 2 THEN 'hello' END ",
        "FROM acme.chatter_event, generate_series(1, ", count, ") i WHERE room_id = '",
        room.ToString(), "' GROUP BY room_id, i"));
    database_.Execute("UPDATE acme.chatter_room SET settled = false WHERE settled");
  }
  void Mention(const RoomId& room, const std::string& user_id) {
    v1::MessageDetails details;
    details.add_mentioned_user_ids(user_id);
    Send("alice", room, details);
  }
  void Send(const std::string& user_id, const RoomId& room, const v1::MessageDetails& details) {
    const auto sent = Await<SentMessage>([&](auto done) {
      stack_.conversation.messages.Send(test::UserOf(tenant_, user_id), room.ToString(),
                                        absl::StrCat("id ", ++last_id_), "text", details, Soon(),
                                        nullptr, std::move(done));
    });
    EXPECT_TRUE(sent.ok()) << sent.status();
  }

  const std::vector<std::string> users_ = {"alice", "bob", "carol", "dave", "erin"};
  TestDatabase database_;
  const TenantKey tenant_ = database_.AddTenant("acme");
  CoreStack stack_{database_.url()};
  int last_id_ = 0;
};

TEST_F(UnreadTest, AMentionBehindAThousandMessagesIsCounted) {
  const RoomId room = MakeRoom();
  AddEvents(room, 1'050, 2, "alice");
  Mention(room, "bob");
  EXPECT_EQ(UnreadOf("bob", room), (Counts{999, 1}));
}

TEST_F(UnreadTest, AMessageBehindAThousandReactionsIsCounted) {
  const RoomId room = MakeRoom();
  AddEvents(room, 1'010, 9, "carol");
  Send("alice", room, {});
  EXPECT_EQ(UnreadOf("bob", room), (Counts{1, 0}));
}

TEST_F(UnreadTest, AMessageBehindThousandsThatAreDeletedIsCounted) {
  const RoomId room = MakeRoom();
  AddEvents(room, 20'000, 2, "carol");
  database_.Execute("UPDATE acme.chatter_event SET text = NULL WHERE kind = 2");
  Send("alice", room, {});
  EXPECT_EQ(UnreadOf("bob", room), (Counts{1, 0}));
}

TEST_F(UnreadTest, OnesOwnMessagesHideNothingUpToTheBound) {
  const RoomId room = MakeRoom();
  AddEvents(room, 9'999, 2, "bob");
  Mention(room, "bob");
  EXPECT_EQ(UnreadOf("bob", room), (Counts{1, 1}));
  Send("alice", room, {});
  EXPECT_EQ(UnreadOf("bob", room), (Counts{1, 1})) << "not among the first 10,000";
}

// Else what lies between would be looked at.
TEST_F(UnreadTest, IsCountedByItsIndexesWhateverPostgresqlKnowsOfTheLog) {
  const std::string count = absl::StrReplaceAll(
      postgres::RenderSql(store::sql::kCountUnread, tenant_.name), {{"$1", "'bob'"}});
  const RoomId room = MakeRoom();
  AddEvents(room, 1'000, 9, "carol");
  AddEvents(room, 1'000, 2, "carol");
  for (const char* const learn :
       {"SELECT 1", "ANALYZE acme.chatter_event", "VACUUM ANALYZE acme.chatter_event"}) {
    database_.Execute(learn);
    const std::string plan = database_.Execute("EXPLAIN (FORMAT JSON) " + count);
    for (const char* const index : {"chatter_event_message", "chatter_mention_user"}) {
      EXPECT_TRUE(absl::StrContains(plan, absl::StrCat("\"Index Name\": \"", index, "\"")))
          << learn << " " << plan;
    }
    EXPECT_EQ(plan.find("\"Sort Key\": [\"e.seq"), std::string::npos) << learn << " " << plan;
  }
}

class UnreadModelTest : public UnreadTest {
 protected:
  int Random(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  const std::string& RandomUser() { return users_[static_cast<size_t>(Random(5))]; }
  uint64_t RandomSeq() { return 1 + random_() % models_.at(room_).head_seq(); }

  // Calls `begin` so many times at once, with what is to be called in the end.
  template <typename Begin>
  void AtOnce(int times, Begin begin) {
    std::vector<std::future<void>> answers;
    for (int i = 0; i < times; ++i) {
      auto answered = std::make_shared<std::promise<void>>();
      answers.push_back(answered->get_future());
      begin([answered](const auto&) { answered->set_value(); });
    }
    for (auto& answer : answers) answer.wait();
  }

  void Chat(int times, const std::string& sender, int mentions_in_ten) {
    AtOnce(times, [&](auto done) {
      v1::MessageDetails details;
      if (Random(10) < mentions_in_ten) {
        Random(2) == 0 ? details.set_mentions_everyone(true)
                       : details.add_mentioned_user_ids(RandomUser());
      }
      stack_.conversation.messages.Send(
          test::UserOf(tenant_, sender.empty() ? RandomUser() : sender), room_.ToString(),
          absl::StrCat("id ", ++last_id_), "text", details, Soon(), nullptr, std::move(done));
    });
  }
  // What there is of the messages changes; not all of it is allowed.
  void ChangeMessages(int times) {
    MessageChanger& changer = stack_.conversation.message_changer;
    AtOnce(times, [&](auto done) {
      const MessagePlace place{.room_id = room_.ToString(), .seq = RandomSeq()};
      const UserCaller caller = test::UserOf(tenant_, RandomUser());
      const std::string word = absl::StrCat("word", Random(20));
      const int what = Random(10);
      if (what < 6) return changer.AddReaction(caller, place, word, std::move(done));
      if (what < 8) {
        v1::EditMessageRequest edit;
        edit.set_room_id(place.room_id);
        edit.set_seq(place.seq);
        edit.set_text(word);
        return changer.Edit(caller, edit, std::move(done));
      }
      changer.Delete(caller, place, std::move(done));
    });
  }
  // Alice stays: she is the owner.
  void ComeAndGo() {
    const std::string user = users_[static_cast<size_t>(1 + Random(4))];
    AtOnce(1, [&](auto done) {
      RoomChanger::Change change{{user}, [user](const RoomState& room) {
                                   return RemoveMembers(room, Asker::Service(), {user});
                                 }};
      if (!models_.at(room_).HasMember(user)) {
        change.rule = [user](const RoomState& room) {
          return AddMembers(room, Asker::Service(), {.user_ids = {user}});
        };
      }
      stack_.conversation.room_changer.Run(test::ServiceOf(tenant_), room_.ToString(), {},
                                           std::move(change), std::move(done));
    });
  }
  void MoveAMark() {
    const std::string& user = RandomUser();
    Model& model = models_.at(room_);
    if (!model.HasMember(user)) return;
    const UserCaller caller = test::UserOf(tenant_, user);
    const uint64_t seq = RandomSeq();
    const bool forward = Random(3) > 0;
    AtOnce(1, [&](auto done) {
      ReadStates& marks = stack_.conversation.read_states;
      forward ? marks.MarkRead(caller, room_.ToString(), seq, false, Soon(), std::move(done))
              : marks.MarkUnread(caller, room_.ToString(), seq, Soon(), std::move(done));
    });
    forward ? model.MarkRead(user, seq) : model.MarkUnread(user, seq);
  }
  void SomethingHappens() {
    switch (Random(5)) {
      case 0:
        return Chat(100, "", 3);
      case 1:
        return Chat(100, RandomUser(), 0);
      case 2:
        return ChangeMessages(150);
      case 3:
        return Random(4) == 0 ? ComeAndGo() : Chat(10, "", 5);
      default:
        return MoveAMark();
    }
  }
  // Reads on in the log of the room.
  void CatchUp() {
    Model& model = models_.at(room_);
    const uint64_t seen = model.head_seq();
    const auto page = Await<store::EventReader::EventPage>([&](auto done) {
      stack_.stores.events.ReadEvents({tenant_, room_}, seen, 10'000, Soon(), std::move(done));
    });
    ASSERT_TRUE(page.ok() && !page->has_more);
    for (const RoomEvent& event : page->events) model.Take(event);
  }
  void Compare(const std::string& user) {
    std::map<RoomId, Counts> expected;
    Counts in_all;
    for (const auto& [room, model] : models_) {
      if (!model.HasMember(user)) continue;
      expected[room] = model.Of(user);
      in_all.messages += expected[room].messages;
      in_all.mentions += expected[room].mentions;
      EXPECT_EQ(UnreadOf(user, room), expected[room]);
    }
    EXPECT_EQ(ListedOf(user), expected);
    EXPECT_EQ(OpenedOf(user), expected);
    EXPECT_EQ(CountedOf(user), in_all);
  }

  std::map<RoomId, Model> models_;
  RoomId room_ = MakeRoom();  // where something happens next
  const unsigned seed_ = std::random_device()();
  std::mt19937 random_{seed_};
};

TEST_F(UnreadModelTest, IsWhatAModelCountsInAHistoryOfTenThousandEvents) {
  SCOPED_TRACE(absl::StrCat("seed ", seed_));
  const std::vector<RoomId> rooms = {room_, MakeRoom()};
  for (const RoomId& room : rooms) {
    room_ = room;
    models_[room];
    CatchUp();
  }
  uint64_t events = 0;
  while (events < 10'000 && !HasFailure()) {
    room_ = rooms[static_cast<size_t>(Random(5) / 4)];  // most of it in the first one
    SomethingHappens();
    CatchUp();
    for (const std::string& user : users_) Compare(user);
    events = models_.at(rooms[0]).head_seq() + models_.at(rooms[1]).head_seq();
  }
}

}  // namespace
}  // namespace chatter::rooms
