// A room's log tells all: whoever replays it ends with what the tables hold, whatever happened.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/rooms/room_rules.h"
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

// What a client knows of a room that has read its log from the start.
class Replica {
 public:
  void Take(const RoomEvent& event) {
    seq_ = event.seq;
    actor_ = event.actor_id;
    std::visit(*this, event.what);
  }

  void operator()(const v1::RoomCreated& what) {
    kind_ = what.kind();
    profile_ = what.profile();
    for (const std::string& user_id : what.user_ids()) {
      members_[user_id] = {.role = v1::MEMBER_ROLE_MEMBER, .joined_seq = 1};
      if (what.owner_ids().empty()) members_[user_id].role = v1::MEMBER_ROLE_OWNER;
    }
    for (const std::string& user_id : what.owner_ids()) {
      members_[user_id].role = v1::MEMBER_ROLE_OWNER;
    }
  }
  void operator()(const v1::RoomUpdated& what) {
    kind_ = what.kind();
    profile_ = what.profile();
    archived_ = what.archived();
  }
  void operator()(const v1::MembersAdded& what) {
    for (const std::string& user_id : what.user_ids()) {
      members_[user_id] = {.role = what.role(), .joined_seq = seq_};
    }
  }
  void operator()(const v1::MembersRemoved& what) {
    for (const std::string& user_id : what.user_ids()) members_.erase(user_id);
  }
  void operator()(const v1::RolesChanged& what) {
    for (const auto& change : what.roles()) members_[change.user_id()].role = change.role();
  }
  void operator()(const MessageSent& what) {
    Entry& entry = messages_[seq_];
    entry.text = what.text;
    entry.details = what.details;
    entry.deleted = what.deleted;
    entry.edit_seq = seq_;
    v1::MessageDetails details;
    details.ParseFromString(what.details);
    for (const std::string& user_id : details.mentioned_user_ids()) entry.mentions.insert(user_id);
    if (details.mentions_everyone()) entry.mentions.insert("");
    entry.thread_seq = details.thread_seq();
    if (entry.thread_seq != 0) ++messages_[entry.thread_seq].replies;
  }
  void operator()(const v1::MessageEdited& what) {
    Entry& entry = messages_[what.seq()];
    entry.text = what.text();
    entry.edited_by = actor_;
    entry.edit_seq = seq_;
    if (what.has_details()) entry.details = store::ToStored(what.details());
  }
  void operator()(const v1::MessageDeleted& what) {
    Entry& entry = messages_[what.seq()];
    if (entry.thread_seq != 0) --messages_[entry.thread_seq].replies;
    entry = {.deleted = true,
             .replies = entry.replies,
             .edited_by = entry.edited_by,
             .edit_seq = entry.edit_seq};
  }
  void operator()(const v1::ReactionAdded& what) {
    messages_[what.seq()].reactions[what.reaction()].insert(actor_);
  }
  void operator()(const v1::ReactionRemoved& what) {
    auto& reactions = messages_[what.seq()].reactions;
    reactions[what.reaction()].erase(actor_);
    if (reactions[what.reaction()].empty()) reactions.erase(what.reaction());
  }
  void operator()(const v1::MessagePinned& what) { messages_[what.seq()].pinned = true; }
  void operator()(const v1::MessageUnpinned& what) { messages_[what.seq()].pinned = false; }
  void operator()(const v1::RoomDeleted&) { ADD_FAILURE() << "an event that isn't stored"; }
  void operator()(const UnknownEvent&) { ADD_FAILURE() << "an event that can't be read"; }

  // All of it as text, to compare.
  std::string ToString() const {
    std::string text = absl::StrCat("kind ", static_cast<int>(kind_), " archived ", archived_,
                                    " head ", seq_, "\n", profile_.ShortDebugString(), "\n");
    for (const auto& [user_id, member] : members_) {
      absl::StrAppend(&text, user_id, " ", static_cast<int>(member.role), " since ",
                      member.joined_seq, "\n");
    }
    for (const auto& [seq, message] : messages_) {
      absl::StrAppend(&text, seq, message.deleted ? " deleted" : "",
                      message.pinned ? " pinned " : " ", message.text, " replies ", message.replies,
                      " edit ", message.edit_seq, " by ", message.edited_by, " ",
                      absl::CHexEscape(message.details));
      for (const auto& [reaction, users] : message.reactions) {
        absl::StrAppend(&text, " ", reaction, users.size());
      }
      absl::StrAppend(&text, "\n");
    }
    return text;
  }

  // Whom messages mention, in order: `seq user`, or `seq ` for everyone.
  std::string Mentions() const {
    std::vector<std::string> mentions;
    for (const auto& [seq, message] : messages_) {
      for (const std::string& user_id : message.mentions) {
        mentions.push_back(absl::StrCat(seq, " ", user_id));
      }
    }
    return absl::StrJoin(mentions, ", ");
  }

  struct Membership {
    v1::MemberRole role = v1::MEMBER_ROLE_UNSPECIFIED;
    uint64_t joined_seq = 0;
  };
  v1::RoomKind kind_ = v1::ROOM_KIND_UNSPECIFIED;
  v1::RoomProfile profile_;
  bool archived_ = false;
  uint64_t seq_ = 0;
  std::string actor_;
  struct Entry {
    std::string text = {};
    bool deleted = false;
    bool pinned = false;
    std::map<std::string, std::set<std::string>> reactions = {};
    std::string details = {};
    std::set<std::string> mentions = {};
    uint64_t thread_seq = 0;
    int32_t replies = 0;  // that aren't deleted
    std::string edited_by = {};
    uint64_t edit_seq = 0;
  };
  std::map<uint64_t, Entry> messages_;
  std::map<std::string, Membership> members_;
};

class RoomReplayTest : public ::testing::Test {
 protected:
  static constexpr int kUsers = 6;

  RoomReplayTest() { stack_.AddUsers(tenant_, {"u0", "u1", "u2", "u3", "u4", "u5"}); }

  std::string RandomUser() { return absl::StrCat("u", random_() % kUsers); }
  MemberRole RandomRole() { return static_cast<MemberRole>(1 + random_() % 4); }

  // Or finds the DIRECT room of these three, if it still is one.
  RoomId MakeRoom() {
    const auto kind = static_cast<RoomKind>(1 + random_() % 3);
    const bool all_own_it = kind == RoomKind::kDirect;
    const auto made = Await<RoomStore::MadeRoom>([&](auto done) {
      stack_.stores.rooms.Create(
          tenant_,
          {.kind = kind,
           .user_ids = {"u0", "u1", "u2"},
           .owner_ids = all_own_it ? std::vector<std::string>{} : std::vector<std::string>{"u0"},
           .profile = Named("room")},
          {Asker::User("u0")}, Soon(), std::move(done));
    });
    EXPECT_TRUE(made.ok());
    return made->room.id;
  }

  static v1::RoomProfile Named(const std::string& name) {
    v1::RoomProfile profile;
    profile.set_name(name);
    profile.set_history(v1::HISTORY_VISIBILITY_WHOLE);
    return profile;
  }

  // Something that somebody may or may not be allowed to do.
  RoomChanger::Change RandomChange(const Asker& asker) {
    const std::string user = RandomUser();
    const MemberRole role = RandomRole();
    const bool flag = random_() % 2 == 0;
    switch (random_() % 7) {
      case 0:
        return {{user}, [=](const RoomState& r) { return AddMembers(r, asker, {{user}, role}); }};
      case 1:
        return {{user}, [=](const RoomState& r) { return RemoveMembers(r, asker, {user}); }};
      case 2:
        return {{user}, [=](const RoomState& r) { return SetRoles(r, asker, {{user, role}}); }};
      case 3:
        return {{asker.user_id()}, [=](const RoomState& r) { return Join(r, asker.user_id()); }};
      case 4:
        return {{asker.user_id()}, [=](const RoomState& r) { return Leave(r, asker.user_id()); }};
      case 5: {
        RoomUpdate update;
        update.topic = absl::StrCat("topic ", random_() % 100);
        if (flag) update.attributes = {{{"key", absl::StrCat(random_() % 100)}}};
        return {{}, [=](const RoomState& r) { return Update(r, asker, update); }};
      }
      default:
        return {{}, [=](const RoomState& r) { return SetArchived(r, asker, flag); }};
    }
  }

  void ChangeAMessageAtRandom(const UserCaller& caller, const RoomId& room, StatusCallback done) {
    const MessagePlace place{.room_id = room.ToString(), .seq = 1 + random_() % 40};
    const std::string word = absl::StrCat("word", random_() % 3);
    MessageChanger& changer = stack_.conversation.message_changer;
    switch (random_() % 8) {
      case 0:
        return changer.Delete(caller, place, std::move(done));
      case 1:
      case 2:
        return EditAtRandom(caller, place, std::move(done));
      case 3:
        return changer.Pin(caller, place, std::move(done));
      case 4:
        return changer.Unpin(caller, place, std::move(done));
      case 5:
        return changer.RemoveReaction(caller, place, word, std::move(done));
      default:
        return changer.AddReaction(caller, place, word, std::move(done));
    }
  }

  void EditAtRandom(const UserCaller& caller, const MessagePlace& place, StatusCallback done) {
    v1::EditMessageRequest request;
    request.set_room_id(place.room_id);
    request.set_seq(place.seq);
    const auto wants = [&](const char* field) {
      if (random_() % 2 == 0) return false;
      request.mutable_update_mask()->add_paths(field);
      return true;
    };
    if (wants("text")) request.set_text(absl::StrCat("word", random_() % 3));
    if (wants("attachments") && random_() % 2 == 0) {
      request.add_attachments()->set_url(absl::StrCat("https://files.example/", random_() % 3));
    }
    if (wants("attributes")) {
      (*request.mutable_attributes())["key"] = absl::StrCat(random_() % 3);
      (*request.mutable_attributes())["other"] = absl::StrCat(random_() % 3);
    }
    stack_.conversation.message_changer.Edit(
        caller, request,
        [done = std::move(done)](const auto& edited) mutable { done(edited.status()); });
  }

  void SendAtRandom(const UserCaller& caller, const RoomId& room, StatusCallback done) {
    v1::MessageDetails details;
    if (random_() % 2 == 0) details.set_thread_seq(1 + random_() % 20);
    if (random_() % 3 == 0) details.add_mentioned_user_ids(RandomUser());
    if (random_() % 5 == 0) details.set_mentions_everyone(true);
    if (random_() % 3 == 0) details.add_attachments()->set_url("https://files.example/sent");
    stack_.conversation.messages.Send(
        caller, room.ToString(), absl::StrCat("id", random_() % 40), "text", details, Soon(),
        nullptr, [done = std::move(done)](const auto& sent) mutable { done(sent.status()); });
  }

  // Some at once, by several people.
  void ChangeAtRandom(const RoomId& room, int times) {
    std::vector<std::future<void>> answers;
    for (int i = 0; i < times; ++i) {
      auto answered = std::make_shared<std::promise<void>>();
      answers.push_back(answered->get_future());
      const UserCaller caller = test::UserOf(tenant_, RandomUser());
      const auto what = random_() % 4;
      if (what == 0) {
        SendAtRandom(caller, room, [answered](const auto&) { answered->set_value(); });
      } else if (what == 1) {
        ChangeAMessageAtRandom(caller, room, [answered](const auto&) { answered->set_value(); });
      } else {
        stack_.conversation.room_changer.Run(caller, room.ToString(), {},
                                             RandomChange(caller.asker()),
                                             [answered](const auto&) { answered->set_value(); });
      }
    }
    for (auto& answer : answers) answer.wait();
  }

  void SetForgetsEdits(bool forgets) {
    const auto changed = Await<std::optional<Settings>>([&](auto done) {
      stack_.stores.settings.Change(tenant_, {.forgets_edits = forgets}, Soon(), std::move(done));
    });
    ASSERT_TRUE(changed.ok()) << changed.status();
  }

  Replica FromTables(const RoomId& room) {
    Replica tables;
    const auto found = Await<std::optional<Room>>([&](auto done) {
      stack_.stores.rooms.Find(tenant_, room, Asker::Service(), RoomFields::All(), Soon(),
                               std::move(done));
    });
    const auto members = Await<std::optional<std::vector<Member>>>([&](auto done) {
      stack_.stores.rooms.ListMembers({tenant_, room}, Asker::Service(), "", 100, Soon(),
                                      std::move(done));
    });
    tables.kind_ = static_cast<v1::RoomKind>((*found)->kind);
    tables.profile_ = (*found)->profile;
    tables.archived_ = (*found)->archived_at.has_value();
    tables.seq_ = (*found)->head_seq;
    for (const Member& member : **members) {
      tables.members_[member.user_id] = {static_cast<v1::MemberRole>(member.role),
                                         member.joined_seq};
    }
    const auto page = Await<store::EventReader::MessagePage>([&](auto done) {
      stack_.stores.events.ListMessages({tenant_, room}, Asker::Service(),
                                        {.seq = 1, .from = 1'000}, Soon(), std::move(done));
    });
    for (const Message& message : page->messages) {
      Replica::Entry& entry = tables.messages_[message.seq];
      entry = {.text = message.text,
               .deleted = message.deleted,
               .pinned = message.pinned,
               .details = message.details,
               .replies = message.reply_count,
               .edited_by = message.edited_by,
               .edit_seq = message.edit_seq};
      for (const v1::ReactionCount& count : message.reactions) {
        for (int i = 0; i < count.count(); ++i) {
          entry.reactions[count.reaction()].insert(absl::StrCat(i));
        }
      }
    }
    EXPECT_EQ((*found)->member_count, static_cast<int32_t>((*members)->size()));
    return tables;
  }

  // What no reader tells: the table of mentions, and threads whose latest reply isn't known.
  std::string MentionsOf(const RoomId& room) {
    return database_.Execute(
        absl::StrCat("SELECT string_agg(seq || ' ' || user_id, ', ' ORDER BY seq, user_id) FROM "
                     "acme.chatter_mention WHERE room_id = '",
                     room.ToString(), "'"));
  }
  std::string WrongThreadsOf(const RoomId& room) {
    return database_.Execute(
        absl::StrCat("SELECT string_agg(t.seq::text, ', ') FROM (SELECT thread_seq AS seq, "
                     "max(seq) AS last FROM "
                     "acme.chatter_event WHERE room_id = '",
                     room.ToString(),
                     "' AND thread_seq IS NOT NULL GROUP BY 1) t LEFT JOIN acme.chatter_message m",
                     " ON m.room_id = '", room.ToString(),
                     "' AND m.seq = t.seq WHERE m.last_reply_seq IS DISTINCT FROM t.last"));
  }

  // Takes what the log holds by now after what the replica has taken already.
  void CatchUp(const RoomId& room, Replica& replica) {
    for (const RoomEvent& event : stack_.ReadLog({tenant_, room})) {
      if (event.seq <= replica.seq_) continue;
      EXPECT_EQ(event.seq, replica.seq_ + 1);
      replica.Take(event);
    }
  }

  TestDatabase database_;
  const TenantKey tenant_ = database_.AddTenant("acme");
  CoreStack stack_{database_.url()};
  const unsigned seed_ = std::random_device()();
  std::mt19937 random_{seed_};
};

TEST_F(RoomReplayTest, WhoReplaysTheLogKnowsWhatTheTablesHold) {
  SCOPED_TRACE(absl::StrCat("seed ", seed_));
  for (int round = 0; round < 10; ++round) {
    SetForgetsEdits(round % 2 == 1);
    const RoomId room = MakeRoom();
    Replica live;
    for (int burst = 0; burst < 15; ++burst) {
      ChangeAtRandom(room, 12);
      CatchUp(room, live);
      // Whether this one may is another matter.
      (void)stack_.Send({tenant_, room}, RandomUser(), absl::StrCat("id", burst), "text");
    }
    CatchUp(room, live);
    Replica replayed;
    CatchUp(room, replayed);
    for (const Replica& replica : {live, replayed}) {
      EXPECT_EQ(replica.ToString(), FromTables(room).ToString());
      EXPECT_EQ(replica.Mentions(), MentionsOf(room));
    }
    EXPECT_EQ(WrongThreadsOf(room), "");
    const bool has_owner =
        std::any_of(replayed.members_.begin(), replayed.members_.end(),
                    [](const auto& member) { return member.second.role == v1::MEMBER_ROLE_OWNER; });
    EXPECT_TRUE(has_owner || replayed.members_.empty());
  }
}

}  // namespace
}  // namespace chatter::rooms
