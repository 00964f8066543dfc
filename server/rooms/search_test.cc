#include "server/rooms/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "chatter/v1/message.pb.h"
#include "server/postgres/statement.h"
#include "server/rooms/test_search.h"
#include "server/store/search_language.h"
#include "server/store/sql.h"

namespace chatter::rooms {
namespace {

using test::Await;
using test::Soon;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class SearchTest : public SearchFixture {};

TEST_F(SearchTest, FindsWordsByTheRulesOfTheLanguage) {
  Say(room_, "We sail to the Köln islands tomorrow");
  Say(room_, "Segelt ihr mit den Schiffen nach Köln?");
  Speak("english");
  EXPECT_THAT(Texts("sailing island"), ElementsAre("We [sail] to the Köln [islands] tomorrow"));
  EXPECT_THAT(Texts("\"Schiff\""), IsEmpty());
  Speak("german");
  EXPECT_THAT(Texts("Schiff segelt"), ElementsAre("[Segelt] ihr mit den [Schiffen] nach Köln?"));
  EXPECT_THAT(Texts("sailing"), IsEmpty());
  Speak("simple");
  EXPECT_THAT(Texts("THE sail"), ElementsAre("We [sail] to [the] Köln islands tomorrow"));
  EXPECT_THAT(Texts("sailing"), IsEmpty());
}

TEST_F(SearchTest, UnderstandsPhrasesAlternativesAndExclusions) {
  Speak("english");
  Say(room_, "red apples");
  Say(room_, "apples, red or not");
  Say(room_, "green pears");
  EXPECT_THAT(Texts("apple red"), UnorderedElementsAre("[red] [apples]", "[apples], [red] or not"));
  EXPECT_THAT(Texts("\"red apple\""), ElementsAre("[red] [apples]"));
  EXPECT_THAT(Texts("pear or \"red apple\""),
              UnorderedElementsAre("green [pears]", "[red] [apples]"));
  EXPECT_THAT(Texts("red -not -\"red apples\""), UnorderedElementsAre("apples, [red] or not"));
  EXPECT_THAT(Texts("& | ! ( ' \\ <-> :*  pears"), ElementsAre("green [pears]"));
}

TEST_F(SearchTest, FindsWhatMessagesAreNow) {
  Speak("english");
  const uint64_t edited = Say(room_, "the first draft");
  const uint64_t deleted = Say(room_, "a secret");
  const uint64_t both = Say(room_, "another secret");
  const uint64_t pinned = Say(room_, "a pin");
  Edit(room_, edited, "the final word");
  Edit(room_, both, "a bigger secret");
  Delete(room_, both);
  Delete(room_, deleted);
  Do([&](StatusCallback done) {
    stack_.conversation.message_changer.Pin(As("alice"), {room_.ToString(), pinned},
                                            std::move(done));
  });
  Do([&](StatusCallback done) {
    stack_.conversation.message_changer.AddReaction(As("bob"), {room_.ToString(), pinned}, "+",
                                                    std::move(done));
  });
  EXPECT_THAT(Texts("draft"), IsEmpty());
  EXPECT_THAT(Texts("final"), ElementsAre("the [final] word"));
  EXPECT_THAT(Texts("secret"), IsEmpty());
  const auto page = Find(As("bob"), {.query = "pin"});
  ASSERT_EQ(page->entries.size(), 1u);
  const Message& message = page->entries[0].message;
  EXPECT_EQ(message.room_id, room_);
  EXPECT_TRUE(message.pinned);
  ASSERT_EQ(message.reactions.size(), 1u);
  EXPECT_TRUE(message.reactions[0].mine());
}

TEST_F(SearchTest, ShowsEachWhatTheyMayRead) {
  Speak("english");
  Say(room_, "apples for alice");
  Say(other_, "apples for carol", "carol");
  const RoomKey abroad{globex_, stack_.AddRoom(globex_, {"alice", "bob"})};
  Say(abroad, "apples of globex");
  EXPECT_THAT(Texts("apples"), ElementsAre("[apples] for alice"));
  EXPECT_THAT(Texts(As("bob"), {.query = "apples"}),
              UnorderedElementsAre("[apples] for alice", "[apples] for carol"));
  EXPECT_THAT(Texts(Service(), {.query = "apples"}),
              UnorderedElementsAre("[apples] for alice", "[apples] for carol"));
  EXPECT_EQ(Reason(As("alice", globex_), {.query = "apples"}), v1::ERROR_REASON_FEATURE_DISABLED);
}

TEST_F(SearchTest, LeavingTakesARoomAwayAndHiddenHistoryStaysHidden) {
  Speak("english");
  const auto add = [](const store::RoomState& state) {
    return AddMembers(state, Asker::Service(), {.user_ids = {"carol"}, .shares_history = true});
  };
  Say(room_, "apples of old");
  Change(room_, add, {"carol"});  // the room becomes a group
  Say(room_, "apples of today");
  const Request apples{.query = "apples", .room_id = room_.ToString()};
  EXPECT_EQ(Texts(As("carol"), apples).size(), 2u);
  RoomUpdate update;
  update.history = v1::HISTORY_VISIBILITY_SINCE_JOINED;
  Change(room_,
         [&](const store::RoomState& state) { return Update(state, Asker::Service(), update); });
  EXPECT_THAT(Texts(As("carol"), apples), ElementsAre("[apples] of today"));
  EXPECT_EQ(Texts(As("bob"), apples).size(), 2u) << "who was there from the start";
  EXPECT_EQ(Texts(Service(), apples).size(), 2u);
  Change(room_,
         [](const store::RoomState& state) {
           return RemoveMembers(state, Asker::Service(), {"carol"});
         },
         {"carol"});
  EXPECT_THAT(Texts(As("carol"), {.query = "apples"}), IsEmpty());
  EXPECT_EQ(Reason(As("carol"), apples), v1::ERROR_REASON_ROOM_NOT_FOUND);
  Change(room_,
         [](const store::RoomState& state) { return rooms::Delete(state, Asker::Service()); });
  EXPECT_THAT(Texts(Service(), {.query = "apples"}), IsEmpty());
  EXPECT_EQ(Reason(Service(), apples), v1::ERROR_REASON_ROOM_NOT_FOUND);
}

TEST_F(SearchTest, KeepsToARoomAndASender) {
  Speak("english");
  Say(room_, "apples of alice");
  Say(room_, "apples of bob", "bob");
  Say(other_, "apples elsewhere", "bob");
  EXPECT_THAT(Texts(As("bob"), {.query = "apples", .room_id = other_.ToString()}),
              ElementsAre("[apples] elsewhere"));
  EXPECT_THAT(Texts(As("bob"), {.query = "apples", .sender_id = "alice"}),
              ElementsAre("[apples] of alice"));
  EXPECT_THAT(
      Texts(As("bob"), {.query = "apples", .room_id = room_.ToString(), .sender_id = "bob"}),
      ElementsAre("[apples] of bob"));
  EXPECT_EQ(Reason(As("alice"), {.query = "apples", .room_id = other_.ToString()}),
            v1::ERROR_REASON_ROOM_NOT_FOUND);
}

TEST_F(SearchTest, ShowsTheBestFirstThenTheLatestAndAllOfThemOnce) {
  Speak("english");
  const uint64_t best = Say(room_, "apples, apples, apples and apples");
  for (int i = 0; i < 30; ++i) Say(i % 2 == 0 ? room_ : other_, "apples", "bob");
  const uint64_t latest = Say(room_, "apples");
  std::vector<std::pair<RoomId, uint64_t>> found =
      AllPages(As("bob"), {.query = "apples", .page_size = 7});
  ASSERT_EQ(found.size(), 32u);
  EXPECT_EQ(found[0].second, best);
  EXPECT_EQ(found[1].second, latest);
  std::sort(found.begin(), found.end());
  EXPECT_EQ(std::unique(found.begin(), found.end()), found.end());
}

TEST_F(SearchTest, ShowsTheLatestFirstIfAsked) {
  Speak("english");
  std::vector<std::pair<RoomId, uint64_t>> said;
  for (int i = 0; i < 20; ++i) {
    const RoomId& room = i % 2 == 0 ? room_ : other_;
    said.emplace_back(room, Say(room, i % 3 == 0 ? "apples apples" : "apples", "bob"));
  }
  std::reverse(said.begin(), said.end());
  EXPECT_EQ(
      AllPages(As("bob"), {.query = "apples", .page_size = 7, .order = v1::SEARCH_ORDER_LATEST}),
      said);
}

TEST_F(SearchTest, WholeWordsComeBeforeBeginnings) {
  Speak("english");
  Say(room_, "a car");
  Say(room_, "a carpet");
  EXPECT_THAT(Texts("car"), ElementsAre("a [car]", "a [carpet]"));
}

TEST_F(SearchTest, PhrasesAreNotFoundAcrossTheEndOfAText) {
  Speak("english");
  Say(room_, "apples red");
  EXPECT_THAT(Texts("\"red apples\""), IsEmpty());
  EXPECT_THAT(Texts("red/apples"), IsEmpty());
  EXPECT_THAT(Texts("apples/red"), ElementsAre("[apples] [red]"));
}

TEST_F(SearchTest, KeepsToATime) {
  Speak("english");
  const uint64_t old = Say(room_, "apples of old");
  const uint64_t edited = Say(room_, "pears");
  Say(room_, "apples of today");
  for (const uint64_t seq : {old, edited}) {
    database_.Execute(absl::StrCat(
        "UPDATE acme.chatter_event SET created_at = to_timestamp(1000) WHERE seq = ", seq,
        " AND room_id = '", room_.ToString(), "'"));
  }
  Edit(room_, edited, "apples of the day before");
  const auto texts = [&](std::optional<int64_t> from, std::optional<int64_t> before) {
    return Texts(As("alice"), {.query = "apples", .stored_from = from, .stored_before = before});
  };
  EXPECT_THAT(texts(1000, {}).size(), 3u);
  EXPECT_THAT(texts(1001, {}), ElementsAre("[apples] of today"));
  EXPECT_THAT(texts({}, 1001),
              UnorderedElementsAre("[apples] of old", "[apples] of the day before"));
  EXPECT_THAT(texts({}, 1000), IsEmpty());
  EXPECT_THAT(texts(1000, 1001).size(), 2u);
  EXPECT_THAT(texts(1001, 1000), IsEmpty());
}

// The attachments are behind all kinds of other details, or there are none.
TEST_F(SearchTest, KeepsToWhatHasAttachments) {
  Speak("english");
  const auto say = [&](const std::string& text, const v1::MessageDetails& details) {
    const std::string bytes = details.SerializeAsString();
    database_.Execute(absl::StrCat(
        "UPDATE acme.chatter_event SET details = '\\x", absl::BytesToHexString(bytes),
        "' WHERE seq = ", Say(room_, text), " AND room_id = '", room_.ToString(), "'"));
  };
  v1::MessageDetails details;
  say("apples", details);
  details.set_reply_to_seq(300);
  say("apples in reply", details);
  details.set_thread_seq(42);
  details.add_mentioned_user_ids("*");
  details.add_mentioned_user_ids(std::string(600, '*'));
  details.set_mentions_everyone(true);
  say("apples with details", details);
  (*details.mutable_attributes())["*"] = "http://*";
  say("apples with attributes", details);
  details.add_attachments()->set_url("https://example.com/a.png");
  say("apples with all", details);
  v1::MessageDetails plain;
  *plain.add_attachments() = details.attachments(0);
  say("apples with a picture", plain);
  say("pears with a picture", plain);
  EXPECT_THAT(Texts(As("bob"), {.query = "apples", .has_attachment = true}),
              UnorderedElementsAre("[apples] with all", "[apples] with a picture"));
  EXPECT_EQ(Texts(As("bob"), {.query = "apples"}).size(), 6u);
}

TEST_F(SearchTest, CapitalsLoseTheirAccentsAsSmallLettersDo) {
  Speak("english");
  Say(room_, "Đặng is on Ærø with her Œuvre");
  for (const char* query : {"đặng", "dang", "DANG", "ærø", "aero", "œuvre", "oeuvre"}) {
    EXPECT_EQ(Texts(As("bob"), {.query = query}).size(), 1u) << query;
  }
}

// What the language leaves out counts as places of a phrase.
TEST_F(SearchTest, APhraseGoesNotFromATextsEndToItsBeginning) {
  Speak("english");
  Say(room_, "America has no bank");
  EXPECT_THAT(Texts(As("bob"), {.query = "\"bank of america\""}), IsEmpty());
  EXPECT_EQ(Texts(As("bob"), {.query = "\"america has no bank\""}).size(), 1u);
}

TEST_F(SearchTest, TakesTheAttachmentsThatEditsHaveLeft) {
  Speak("english");
  v1::EditMessageRequest edit;
  edit.set_room_id(room_.ToString());
  edit.mutable_update_mask()->add_paths("attachments");
  const auto picture_of = [&](uint64_t seq) {
    edit.set_seq(seq);
    return Await<uint64_t>([&](auto done) {
      stack_.conversation.message_changer.Edit(As("alice"), edit, std::move(done));
    });
  };
  const uint64_t gone = Say(room_, "apples that were shown");
  edit.add_attachments()->set_url("https://example.com/a.png");
  EXPECT_TRUE(picture_of(gone).ok());
  EXPECT_TRUE(picture_of(Say(room_, "apples that are shown")).ok());
  edit.clear_attachments();
  EXPECT_TRUE(picture_of(gone).ok());
  Say(room_, "apples");
  EXPECT_THAT(Texts(As("bob"), {.query = "apples", .has_attachment = true}),
              UnorderedElementsAre("[apples] that are shown"));
}

TEST_F(SearchTest, KeepsToWhatMentionsTheCaller) {
  Speak("english");
  const auto mention = [&](uint64_t seq, const std::string& user) {
    database_.Execute(absl::StrCat("INSERT INTO acme.chatter_mention VALUES ('", room_.ToString(),
                                   "', ", seq, ", '", user, "', 'alice')"));
  };
  mention(Say(room_, "apples for bob"), "bob");
  mention(Say(room_, "apples for all"), "");
  mention(Say(room_, "apples for alice"), "alice");
  Say(room_, "apples");
  EXPECT_THAT(Texts(As("bob"), {.query = "apples", .mentions_me = true}),
              UnorderedElementsAre("[apples] for bob", "[apples] for all"));
  EXPECT_EQ(Reason(Service(), {.query = "apples", .mentions_me = true}),
            v1::ERROR_REASON_INVALID_FIELD);
}

TEST_F(SearchTest, RefusesWhatMakesNoSense) {
  Speak("english");
  const std::string room = room_.ToString();
  for (const Request& request :
       std::vector<Request>{{.query = ""},
                            {.query = std::string(257, 'a')},
                            {.query = "a\nb"},
                            {.query = "\xff"},
                            {.query = "the"},  // the language leaves it out
                            {.query = "..."},
                            {.query = "a", .room_id = "no uuid"},
                            {.query = "apples", .sender_id = "\n"},
                            {.query = "apples", .page_size = -1},
                            {.query = "apples", .order = static_cast<v1::SearchOrder>(2)},
                            {.query = "apples", .stored_from = 253'402'300'800},
                            {.query = "apples", .stored_before = -62'135'596'801},
                            {.query = "apples", .page_token = "x"},
                            {.query = "apples", .page_token = std::string(600, 'a')}}) {
    EXPECT_EQ(Reason(As("alice"), request), v1::ERROR_REASON_INVALID_FIELD) << request.query;
  }
}

TEST_F(SearchTest, ASearchThatTakesTooLongIsEndedAndKeepsNobodyWaiting) {
  Speak("english");
  Say(room_, "apples");
  const RoomId abroad = stack_.AddRoom(globex_, {"alice", "bob"});
  // A lock stands in for a flood of messages.
  auto blocker = stack_.schema_sessions.Open();
  ASSERT_TRUE(blocker.ok());
  const absl::Status held = blocker->InTransaction([&] {
    absl::Status locked = blocker->Execute("LOCK TABLE acme.chatter_event");
    std::atomic<int> ended = 0;
    std::vector<std::future<v1::ErrorReason>> searches;
    for (int i = 0; i < 2; ++i) {  // as many as there are connections for queries
      searches.push_back(std::async(std::launch::async, [&] {
        const v1::ErrorReason reason = Reason(As("alice"), {.query = "apples"});
        ++ended;
        return reason;
      }));
    }
    EXPECT_TRUE(Await<std::optional<Room>>([&](auto done) {
                  stack_.stores.rooms.Find(globex_, abroad, Asker::User("alice"), RoomFields::All(),
                                           Soon(), std::move(done));
                }).ok());
    EXPECT_EQ(ended, 0);
    for (auto& search : searches) EXPECT_EQ(search.get(), v1::ERROR_REASON_SEARCH_TOO_BROAD);
    return locked;
  });
  EXPECT_EQ(held, absl::OkStatus());
  EXPECT_EQ(Texts("apples").size(), 1u) << "the bound was of those searches only";
}

// If a search read what stands elsewhere, its time would tell how much that is.
TEST_F(SearchTest, WhatMatchesInRoomsOfOthersIsNotRead) {
  Speak("english");
  database_.Execute(
      "INSERT INTO acme.chatter_event (room_id, seq, created_at, kind, actor_id, text) "
      "SELECT '00000000-0000-4000-8000-000000000000', i, now(), 2, 'carol', "
      "       'an apple, number ' || i || ', ' || md5(i::text) "
      "  FROM generate_series(1, 20000) i");
  database_.Execute("VACUUM ANALYZE acme.chatter_event");
  const std::string statement = postgres::RenderSql(
      store::SearchSql(store::sql::kSearchMessages, *store::SearchLanguage::Parse("english")),
      acme_.name);
  const auto buffers = [&](const std::string& word) {
    return std::stoi(database_.Execute(absl::StrCat(
        "SET plan_cache_mode = force_custom_plan; "
        "PREPARE search (text[], text, smallint[], text[], text[], uuid, text, timestamptz, "
        "                timestamptz, bool, bool, bool, bigint, timestamptz, uuid, bigint, bigint) "
        "AS ",
        statement,
        "; CREATE FUNCTION pg_temp.buffers() RETURNS int LANGUAGE plpgsql AS $f$ "
        "DECLARE plan json; BEGIN EXECUTE $e$ EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE "
        "search('{",
        word,
        "}', 'alice', '{0}', '{\"\"}', '{\"\"}', NULL, '', NULL, NULL, false, false, false, 0, "
        "NULL, NULL, 0, 21) $e$ INTO plan; "
        "RETURN (plan->0->'Plan'->>'Shared Hit Blocks')::int + "
        "       (plan->0->'Plan'->>'Shared Read Blocks')::int; END $f$; "
        "SELECT pg_temp.buffers()")));
  };
  EXPECT_LT(buffers("apple"), buffers("zebra") + 50);
}

// However long it takes, nobody waits for it, and everybody can see how far it is.

}  // namespace
}  // namespace chatter::rooms
