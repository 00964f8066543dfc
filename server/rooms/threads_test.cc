#include "server/rooms/threads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

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
using store::ThreadStore;
using test::Await;
using test::CoreStack;
using test::Soon;
using test::TestDatabase;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ThreadsTest : public ::testing::Test {
 protected:
  RoomId MakeRoom() {
    stack_.AddUsers(tenant_, {"alice", "bob", "carol"});
    const auto made = Await<RoomStore::MadeRoom>([&](auto done) {
      stack_.stores.rooms.Create(
          tenant_,
          {.kind = RoomKind::kGroup, .user_ids = {"alice", "bob", "carol"}, .owner_ids = {"alice"}},
          {Asker::User("alice")}, Soon(), std::move(done));
    });
    EXPECT_TRUE(made.ok()) << made.status();
    return made->room.id;
  }
  UserCaller As(const std::string& user) const { return test::UserOf(tenant_, user); }

  uint64_t Say(const RoomId& room, const std::string& user, uint64_t thread = 0,
               const std::string& mentioned = "") {
    v1::MessageDetails details;
    details.set_thread_seq(thread);
    if (mentioned == "all") {
      details.set_mentions_everyone(true);
    } else if (!mentioned.empty()) {
      details.add_mentioned_user_ids(mentioned);
    }
    const auto sent = Await<SentMessage>([&](auto done) {
      stack_.conversation.messages.Send(As(user), room.ToString(), absl::StrCat("id ", ++last_id_),
                                        "text", details, Soon(), nullptr, std::move(done));
    });
    EXPECT_TRUE(sent.ok()) << sent.status();
    return sent.ok() ? sent->stored.seq : 0;
  }
  template <typename Call>
  absl::Status Do(Call call) {
    std::promise<absl::Status> answer;
    call(StatusCallback(
        [&](const absl::Status& status) { answer.set_value(test::Unshared(status)); }));
    return answer.get_future().get();
  }
  template <typename Request>
  Request About(uint64_t thread) const {
    Request request;
    request.set_room_id(room_.ToString());
    request.set_thread_seq(thread);
    return request;
  }
  absl::Status Follow(const std::string& user, uint64_t thread) {
    return Do([&](auto done) {
      threads_.Follow(As(user), About<v1::FollowThreadRequest>(thread), std::move(done));
    });
  }
  absl::Status Unfollow(const std::string& user, uint64_t thread) {
    return Do([&](auto done) {
      threads_.Unfollow(As(user), About<v1::UnfollowThreadRequest>(thread), std::move(done));
    });
  }
  absl::StatusOr<uint64_t> Mark(const std::string& user, uint64_t thread, uint64_t seq) {
    auto request = About<v1::MarkThreadReadRequest>(thread);
    request.set_seq(seq);
    return Await<uint64_t>(
        [&](auto done) { threads_.MarkRead(As(user), request, std::move(done)); });
  }
  // Each as `first message: unread, mentions`.
  std::vector<std::string> List(const std::string& user, v1::ListThreadsRequest request = {},
                                std::string* next = nullptr) {
    const auto page = Await<Page<ThreadStore::FollowedThread>>(
        [&](auto done) { threads_.List(As(user), request, std::move(done)); });
    if (!page.ok()) return {page.status().ToString()};
    if (next != nullptr) *next = page->next_page_token;
    std::vector<std::string> threads;
    for (const auto& thread : page->entries) {
      threads.push_back(absl::StrCat(thread.root.seq, ": ", thread.unread_count, ", ",
                                     thread.unread_mention_count));
    }
    return threads;
  }
  void Change(RoomChanger::Change change) {
    const auto changed = Await<RoomChanger::Changed>([&](auto done) {
      stack_.conversation.room_changer.Run(test::ServiceOf(tenant_), room_.ToString(), {},
                                           std::move(change), std::move(done));
    });
    EXPECT_TRUE(changed.ok()) << changed.status();
  }

  TestDatabase database_;
  const TenantKey tenant_ = database_.AddTenant("acme");
  CoreStack stack_{database_.url()};
  ThreadStore store_{stack_.tenants};
  Threads threads_{store_, stack_.conversation.walks};
  const RoomId room_ = MakeRoom();
  int last_id_ = 0;
};

TEST_F(ThreadsTest, IsFollowedByWhoTakesPartInIt) {
  const uint64_t root = Say(room_, "alice");
  EXPECT_THAT(List("alice"), IsEmpty()) << "nobody has replied";
  Say(room_, "bob", root);
  EXPECT_THAT(List("alice"), ElementsAre(absl::StrCat(root, ": 1, 0")));
  EXPECT_THAT(List("bob"), ElementsAre(absl::StrCat(root, ": 0, 0")));
  EXPECT_THAT(List("carol"), IsEmpty());
  Say(room_, "alice", root, "all");
  EXPECT_THAT(List("carol"), IsEmpty()) << "who mentions everyone means nobody";
  EXPECT_THAT(List("bob"), ElementsAre(absl::StrCat(root, ": 1, 1")));
  Say(room_, "alice", root, "carol");
  EXPECT_THAT(List("carol"), ElementsAre(absl::StrCat(root, ": 1, 1")));
  EXPECT_THAT(List("bob"), ElementsAre(absl::StrCat(root, ": 2, 1")));
}

TEST_F(ThreadsTest, HasAMarkOfItsOwn) {
  const uint64_t root = Say(room_, "alice");
  const uint64_t first = Say(room_, "bob", root);
  const uint64_t second = Say(room_, "carol", root);
  EXPECT_EQ(*Mark("alice", root, first), first);
  EXPECT_EQ(*Mark("alice", root, root), first) << "a mark only moves forward";
  EXPECT_THAT(List("alice"), ElementsAre(absl::StrCat(root, ": 1, 0")));
  EXPECT_EQ(*Mark("alice", root, 1'000), second) << "the latest reply is the end";
  EXPECT_THAT(List("alice"), ElementsAre(absl::StrCat(root, ": 0, 0")));
  const auto found = Await<std::optional<Room>>([&](auto done) {
    stack_.stores.rooms.Find(tenant_, room_, Asker::User("alice"), RoomFields::All(), Soon(),
                             std::move(done));
  });
  EXPECT_EQ((*found)->unread_count, 2) << "the room's is where it was";
}

TEST_F(ThreadsTest, CountsRepliesOfOthersThatAreThere) {
  const uint64_t root = Say(room_, "alice");
  const uint64_t first = Say(room_, "bob", root, "alice");
  Say(room_, "bob", root, "alice");
  Say(room_, "alice", root);
  Say(room_, "bob");
  EXPECT_THAT(List("alice"), ElementsAre(absl::StrCat(root, ": 2, 2")));
  EXPECT_EQ(Do([&](auto done) {
              stack_.conversation.message_changer.Delete(As("bob"), {room_.ToString(), first},
                                                         std::move(done));
            }),
            absl::OkStatus());
  EXPECT_THAT(List("alice"), ElementsAre(absl::StrCat(root, ": 1, 1")));
}

TEST_F(ThreadsTest, CountsUpToABoundWhateverLiesBetween) {
  const uint64_t root = Say(room_, "alice");
  Say(room_, "bob", root);
  database_.Execute(absl::StrCat(
      "INSERT INTO acme.chatter_event (room_id, seq, created_at, kind, actor_id, text, thread_seq) "
      "SELECT room_id, max(seq) + i, now(), 2, 'bob', 'hello', ",
      root, " FROM acme.chatter_event, generate_series(1, 1100) i GROUP BY room_id, i"));
  database_.Execute(
      "INSERT INTO acme.chatter_reply SELECT room_id, thread_seq, seq FROM acme.chatter_event "
      "WHERE thread_seq IS NOT NULL ON CONFLICT DO NOTHING");
  Say(room_, "bob", root, "alice");
  EXPECT_THAT(List("alice"), ElementsAre(absl::StrCat(root, ": 999, 1")));
}

TEST_F(ThreadsTest, WhoChoosesIsHeeded) {
  const uint64_t root = Say(room_, "alice");
  Say(room_, "bob", root);
  EXPECT_EQ(*Mark("carol", root, 100), 0u) << "who doesn't follow has no mark";
  EXPECT_EQ(Follow("carol", root), absl::OkStatus());
  EXPECT_THAT(List("carol"), ElementsAre(absl::StrCat(root, ": 0, 0"))) << "what there was is read";
  EXPECT_EQ(Unfollow("alice", root), absl::OkStatus());
  Say(room_, "bob", root, "alice");
  EXPECT_THAT(List("alice"), IsEmpty());
  EXPECT_THAT(List("carol"), ElementsAre(absl::StrCat(root, ": 1, 0")));
  EXPECT_EQ(Follow("alice", root), absl::OkStatus());
  EXPECT_THAT(List("alice"), ElementsAre(absl::StrCat(root, ": 2, 1"))) << "the mark has stayed";
}

// As servers of the release before have left threads: with replies, and nobody who follows.
TEST_F(ThreadsTest, WhoBeganAnOldThreadHasReadWhatWasThere) {
  const uint64_t root = Say(room_, "alice");
  for (int i = 0; i < 3; ++i) Say(room_, "bob", root, "alice");
  database_.Execute("DELETE FROM acme.chatter_thread_follower");
  Say(room_, "bob", root);
  EXPECT_THAT(List("alice"), ElementsAre(absl::StrCat(root, ": 1, 0")));
}

TEST_F(ThreadsTest, TheLatestReplyComesFirstInPages) {
  std::vector<std::string> expected;
  for (const RoomId& room : {room_, MakeRoom(), room_}) {
    const uint64_t root = Say(room, "alice");
    Say(room, "bob", root);
    expected.insert(expected.begin(), absl::StrCat(root, ": 1, 0"));
  }
  EXPECT_EQ(List("alice"), expected);
  std::vector<std::string> listed;
  v1::ListThreadsRequest request;
  request.set_page_size(1);
  do {
    std::string next;
    for (const std::string& thread : List("alice", request, &next)) listed.push_back(thread);
    request.set_page_token(next);
  } while (!request.page_token().empty() && listed.size() < 10);
  EXPECT_EQ(listed, expected);
  v1::ListThreadsRequest of_room;
  of_room.set_room_id(room_.ToString());
  EXPECT_THAT(List("alice", of_room), ElementsAre(expected[0], expected[2]));
}

TEST_F(ThreadsTest, WhoIsOutOfTheRoomSeesNoneOfItsThreads) {
  const uint64_t root = Say(room_, "alice");
  Say(room_, "bob", root);
  Change({{"bob"},
          [](const RoomState& room) { return RemoveMembers(room, Asker::Service(), {"bob"}); }});
  Say(room_, "alice", root);
  EXPECT_THAT(List("bob"), IsEmpty());
  EXPECT_EQ(Follow("bob", root).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Mark("bob", root, 9).status().code(), absl::StatusCode::kNotFound);
  Change({{"bob"}, [](const RoomState& room) {
            return AddMembers(room, Asker::Service(), {.user_ids = {"bob"}});
          }});
  EXPECT_THAT(List("bob"), ElementsAre(absl::StrCat(root, ": 1, 0")));
}

TEST_F(ThreadsTest, OnlyAMessageThatIsInNoThreadBeginsOne) {
  const uint64_t root = Say(room_, "alice");
  const uint64_t reply = Say(room_, "bob", root);
  for (const uint64_t seq : {reply, uint64_t{1}, uint64_t{99}}) {
    EXPECT_EQ(Follow("alice", seq).code(), absl::StatusCode::kNotFound) << seq;
    EXPECT_EQ(Mark("alice", seq, 99).status().code(), absl::StatusCode::kNotFound) << seq;
  }
  EXPECT_EQ(Follow("alice", 0).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Mark("alice", root, 0).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace chatter::rooms
