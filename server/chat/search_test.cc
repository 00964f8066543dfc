#include "server/chat/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/chat/message_changer.h"
#include "server/chat/room_rules.h"
#include "tests/support/await.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::chat {
namespace {

using test::Await;
using test::CoreStack;
using test::Soon;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using Page = Search::Page;

class SearchTest : public testing::Test {
 protected:
  Caller As(const std::string& user, const SchemaName& tenant) {
    return {.tenant = tenant,
            .principal = {.credential = CredentialKind::kSession, .user_id = user},
            .deadline = Soon()};
  }
  Caller As(const std::string& user) { return As(user, acme_); }
  Caller Service() {
    return {.tenant = acme_,
            .principal = {.credential = CredentialKind::kAdministratorKey,
                          .service = std::string(kAdministratorName)},
            .deadline = Soon()};
  }

  void Speak(const std::string& language) { ASSERT_EQ(TrySpeak(language), absl::OkStatus()); }
  absl::Status TrySpeak(const std::string& language) {
    std::promise<absl::Status> answer;
    stack_.search.SetLanguage(Service(), language, [&](const absl::Status& status) {
      answer.set_value(test::Unshared(status));
    });
    return answer.get_future().get();
  }
  uint64_t Say(const RoomId& room, const std::string& text, const std::string& sender = "alice") {
    return Say(RoomKey{acme_, room}, text, sender);
  }
  uint64_t Say(const RoomKey& room, const std::string& text, const std::string& sender = "alice") {
    const auto sent = stack_.Send(room, sender, absl::StrCat("id", next_id_++), text);
    return sent.ok() ? sent->seq : 0;
  }
  void Change(const RoomId& room, std::function<ChangeOrError(const store::RoomState&)> rule,
              const std::vector<std::string>& named = {}) {
    ASSERT_TRUE(
        Await<RoomChanger::Changed>([&](auto done) {
          stack_.room_changer.Run(Service(), room.ToString(), {}, {named, rule}, std::move(done));
        }).ok());
  }
  template <typename Call>
  void Do(Call call) {
    std::promise<absl::Status> answer;
    call(StatusCallback(
        [&](const absl::Status& status) { answer.set_value(test::Unshared(status)); }));
    ASSERT_EQ(answer.get_future().get(), absl::OkStatus());
  }
  void Edit(const RoomId& room, uint64_t seq, const std::string& text) {
    Do([&](StatusCallback done) {
      stack_.message_changer.Edit(As("alice"), {room.ToString(), seq}, text, std::move(done));
    });
  }
  void Delete(const RoomId& room, uint64_t seq) {
    Do([&](StatusCallback done) {
      stack_.message_changer.Delete(As("alice"), {room.ToString(), seq}, std::move(done));
    });
  }

  absl::StatusOr<Page> Find(const Caller& caller, const Search::Request& request) {
    return Await<Page>([&](auto done) { stack_.search.Find(caller, request, std::move(done)); });
  }
  // The texts, with the matches in brackets.
  std::vector<std::string> Texts(const Caller& caller, const Search::Request& request) {
    const auto page = Find(caller, request);
    if (!page.ok()) return {page.status().ToString()};
    std::vector<std::string> texts;
    for (const auto& hit : page->hits) {
      std::string& text = texts.emplace_back(hit.message.text);
      for (auto range = hit.highlights.rbegin(); range != hit.highlights.rend(); ++range) {
        text.insert(static_cast<size_t>(range->end()), "]")
            .insert(static_cast<size_t>(range->begin()), "[");
      }
    }
    return texts;
  }
  std::vector<std::string> Texts(const std::string& query) {
    return Texts(As("alice"), {.query = query});
  }
  v1::ErrorReason Reason(const Caller& caller, const Search::Request& request) {
    return ReasonOf(Find(caller, request).status());
  }
  std::string Indexes() const {
    return database_.Execute(
        "SELECT string_agg(indexname, ' ' ORDER BY indexname) FROM pg_indexes "
        "WHERE schemaname = 'acme' AND indexname LIKE '%words%'");
  }

  test::TestDatabase database_;
  const SchemaName acme_ = database_.AddTenant("acme");
  const SchemaName globex_ = database_.AddTenant("globex");
  CoreStack stack_{database_.url()};
  const RoomId room_ = stack_.AddRoom(acme_, {"alice", "bob"});
  const RoomId other_ = stack_.AddRoom(acme_, {"bob", "carol"});
  int next_id_ = 0;
};

TEST_F(SearchTest, FindsWordsByTheRulesOfTheLanguage) {
  Say(room_, "We sail to the Köln islands tomorrow");
  Say(room_, "Segelt ihr mit den Schiffen nach Köln?");
  Speak("english");
  EXPECT_THAT(Texts("sailing island"), ElementsAre("We [sail] to the Köln [islands] tomorrow"));
  EXPECT_THAT(Texts("Schiff"), IsEmpty());
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
  EXPECT_THAT(Texts("red -not -\"red apples\""), UnorderedElementsAre("[apples], [red] or not"));
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
    stack_.message_changer.Pin(As("alice"), {room_.ToString(), pinned}, std::move(done));
  });
  Do([&](StatusCallback done) {
    stack_.message_changer.AddReaction(As("bob"), {room_.ToString(), pinned}, "+", std::move(done));
  });
  EXPECT_THAT(Texts("draft"), IsEmpty());
  EXPECT_THAT(Texts("final"), ElementsAre("the [final] word"));
  EXPECT_THAT(Texts("secret"), IsEmpty());
  const auto page = Find(As("bob"), {.query = "pin"});
  ASSERT_EQ(page->hits.size(), 1u);
  const Message& message = page->hits[0].message;
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
    return AddMembers(state, {}, {"carol"}, MemberRole::kMember);
  };
  Say(room_, "apples of old");
  Change(room_, add, {"carol"});  // the room becomes a group
  Say(room_, "apples of today");
  const Search::Request apples{.query = "apples", .room_id = room_.ToString()};
  EXPECT_EQ(Texts(As("carol"), apples).size(), 2u);
  RoomUpdate update;
  update.history = v1::HISTORY_VISIBILITY_SINCE_JOINED;
  Change(room_, [&](const store::RoomState& state) { return Update(state, {}, update); });
  EXPECT_THAT(Texts(As("carol"), apples), ElementsAre("[apples] of today"));
  EXPECT_EQ(Texts(As("bob"), apples).size(), 2u) << "who was there from the start";
  EXPECT_EQ(Texts(Service(), apples).size(), 2u);
  Change(room_, [](const store::RoomState& state) { return RemoveMembers(state, {}, {"carol"}); },
         {"carol"});
  EXPECT_THAT(Texts(As("carol"), {.query = "apples"}), IsEmpty());
  EXPECT_EQ(Reason(As("carol"), apples), v1::ERROR_REASON_ROOM_NOT_FOUND);
  Change(room_, [](const store::RoomState& state) { return chat::Delete(state, {}); });
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
  std::vector<std::pair<RoomId, uint64_t>> found;
  Search::Request request{.query = "apples", .page_size = 7};
  do {
    const auto page = Find(As("bob"), request);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->hits.size(), 7u);
    for (const auto& hit : page->hits) found.emplace_back(hit.message.room_id, hit.message.seq);
    request.page_token = page->next_page_token;
  } while (!request.page_token.empty());
  ASSERT_EQ(found.size(), 32u);
  EXPECT_EQ(found[0].second, best);
  EXPECT_EQ(found[1].second, latest);
  std::sort(found.begin(), found.end());
  EXPECT_EQ(std::unique(found.begin(), found.end()), found.end());
}

TEST_F(SearchTest, RefusesWhatMakesNoSense) {
  Speak("english");
  const std::string room = room_.ToString();
  for (const Search::Request& request :
       std::vector<Search::Request>{{.query = ""},
                                    {.query = std::string(257, 'a')},
                                    {.query = "a\nb"},
                                    {.query = "\xff"},
                                    {.query = "the"},  // the language leaves it out
                                    {.query = "..."},
                                    {.query = "a", .room_id = "no uuid"},
                                    {.query = "apples", .sender_id = "\n"},
                                    {.query = "apples", .page_size = 51},
                                    {.query = "apples", .page_size = -1},
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
  auto blocker = stack_.migrator.OpenSession();
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
                  stack_.rooms.Find(globex_, abroad, "alice", RoomFields::All(), Soon(),
                                    std::move(done));
                }).ok());
    EXPECT_EQ(ended, 0);
    for (auto& search : searches) EXPECT_EQ(search.get(), v1::ERROR_REASON_SEARCH_TOO_BROAD);
    return locked;
  });
  EXPECT_EQ(held, absl::OkStatus());
  EXPECT_EQ(Texts("apples").size(), 1u) << "the bound was of those searches only";
}

TEST_F(SearchTest, TheLanguageIsInForceWithItsIndexesOnly) {
  EXPECT_EQ(Reason(As("alice"), {.query = "apples"}), v1::ERROR_REASON_FEATURE_DISABLED);
  EXPECT_EQ(Indexes(), "");
  Speak("english");
  EXPECT_EQ(Indexes(), "chatter_event_words_english chatter_message_words_english");
  Speak("english");
  EXPECT_EQ(Indexes(), "chatter_event_words_english chatter_message_words_english");
  Speak("german");
  EXPECT_EQ(Indexes(), "chatter_event_words_german chatter_message_words_german");
  Speak("");
  EXPECT_EQ(Indexes(), "");
  EXPECT_EQ(Reason(As("alice"), {.query = "apples"}), v1::ERROR_REASON_FEATURE_DISABLED);
}

TEST_F(SearchTest, WhatAnEndedChangeHasLeftIsClearedAway) {
  Speak("english");
  database_.Execute("CREATE INDEX chatter_event_words_german ON acme.chatter_event (seq)");
  database_.Execute(
      "UPDATE pg_index SET indisvalid = false "
      "WHERE indexrelid = 'acme.chatter_event_words_german'::regclass");
  database_.Execute("CREATE INDEX chatter_event_words_danish ON acme.chatter_event (seq)");
  Speak("german");
  EXPECT_EQ(Indexes(), "chatter_event_words_german chatter_message_words_german");
  EXPECT_EQ(database_.Execute("SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%german%gin%'"),
            "2");
}

TEST_F(SearchTest, RefusesLanguagesThatThereArent) {
  for (const char* language : {"klingon", "English", "english'; --", "pg_catalog.english", "a b"}) {
    EXPECT_EQ(ReasonOf(TrySpeak(language)), v1::ERROR_REASON_INVALID_FIELD) << language;
  }
  // One of the application's own isn't taken: PostgreSQL's are the same everywhere.
  database_.Execute("CREATE TEXT SEARCH CONFIGURATION public.ours (COPY = pg_catalog.simple)");
  EXPECT_EQ(ReasonOf(TrySpeak("ours")), v1::ERROR_REASON_INVALID_FIELD);
  std::promise<absl::Status> answer;
  stack_.search.SetLanguage(As("alice"), "english", [&](const absl::Status& status) {
    answer.set_value(test::Unshared(status));
  });
  EXPECT_EQ(ReasonOf(answer.get_future().get()), v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED);
}

TEST_F(SearchTest, OneCallAtATimeChangesTheLanguage) {
  auto other = stack_.migrator.OpenSession();
  ASSERT_TRUE(other.ok());
  const absl::Status held = other->InTransaction([&] {
    absl::Status locked = other
                              ->Query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
                                      {"chatter search index of acme"})
                              .status();
    EXPECT_EQ(ReasonOf(TrySpeak("english")), v1::ERROR_REASON_CONFLICT);
    return locked;
  });
  EXPECT_EQ(held, absl::OkStatus());
  Speak("english");
}

TEST_F(SearchTest, AServerThatGoesAwayChangesNoLanguageAnyMore) {
  stack_.search.Drain();
  EXPECT_EQ(ReasonOf(TrySpeak("english")), v1::ERROR_REASON_DRAINING);
}

TEST_F(SearchTest, AServerThatGoesAwayGivesUpTheIndexThatItMakes) {
  auto other = stack_.migrator.OpenSession();
  ASSERT_TRUE(other.ok());
  // Whoever makes an index waits for those who may look at older rows.
  ASSERT_EQ(other->Execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM acme.chatter_room"),
            absl::OkStatus());
  std::promise<absl::Status> answer;
  stack_.search.SetLanguage(Service(), "english", [&](const absl::Status& status) {
    answer.set_value(test::Unshared(status));
  });
  while (database_.Execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                           "AND datname = current_database() AND query LIKE 'CREATE INDEX%'") !=
         "1") {
    std::this_thread::yield();
  }
  stack_.search.Drain();
  EXPECT_EQ(ReasonOf(answer.get_future().get()), v1::ERROR_REASON_DRAINING);
  ASSERT_EQ(other->Execute("COMMIT"), absl::OkStatus());
}

}  // namespace
}  // namespace chatter::chat
