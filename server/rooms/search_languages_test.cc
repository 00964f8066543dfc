#include "server/tenants/search_languages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/rooms/test_search.h"

namespace chatter::rooms {
namespace {

using test::Await;
using test::CoreStack;
using test::Soon;
using ::testing::ElementsAre;

// Which language is in force, and how the next one is prepared.
class SearchLanguagesTest : public SearchFixture {};

TEST_F(SearchLanguagesTest, TheLanguageIsInForceWithItsIndexesOnly) {
  EXPECT_EQ(Reason(As("alice"), {.query = "apples"}), v1::ERROR_REASON_FEATURE_DISABLED);
  EXPECT_EQ(Indexes(), "");
  Speak("english");
  EXPECT_EQ(Indexes(), "chatter_event_parts_english chatter_message_parts_english");
  Speak("english");
  EXPECT_EQ(Indexes(), "chatter_event_parts_english chatter_message_parts_english");
  Speak("german");
  EXPECT_EQ(Indexes(), "chatter_event_parts_german chatter_message_parts_german");
  Speak("");
  EXPECT_EQ(Indexes(), "");
  EXPECT_EQ(Reason(As("alice"), {.query = "apples"}), v1::ERROR_REASON_FEATURE_DISABLED);
}

TEST_F(SearchLanguagesTest, IndexesOfAnOlderVersionAreMadeAnewByTheFirstSearch) {
  database_.Execute("UPDATE acme.chatter_settings SET search_language = 'english'");
  database_.Execute(
      "CREATE INDEX chatter_event_words_english ON acme.chatter_event "
      "USING gin (to_tsvector('pg_catalog.english', text)); "
      "CREATE INDEX chatter_message_room_words_english ON acme.chatter_message USING gin "
      "((to_tsvector('pg_catalog.english', text) || array_to_tsvector(ARRAY[' ' || room_id])))");
  Say(room_, "order-4711");
  EXPECT_THAT(Texts("4711"), ElementsAre("order-[4711]"));
  while (Indexes() != "chatter_event_parts_english chatter_message_parts_english") {
    std::this_thread::yield();
  }
  EXPECT_THAT(Texts("4711"), ElementsAre("order-[4711]"));
}

TEST_F(SearchLanguagesTest, WhatAnEndedChangeHasLeftIsClearedAway) {
  database_.Execute("CREATE INDEX chatter_event_parts_german ON acme.chatter_event (seq)");
  database_.Execute(
      "UPDATE pg_index SET indisvalid = false "
      "WHERE indexrelid = 'acme.chatter_event_parts_german'::regclass");
  database_.Execute("CREATE INDEX chatter_event_words_danish ON acme.chatter_event (seq)");
  Speak("german");
  EXPECT_EQ(Indexes(), "chatter_event_parts_german chatter_message_parts_german");
  EXPECT_EQ(database_.Execute("SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%german%gin%'"),
            "2");
}

TEST_F(SearchLanguagesTest, RefusesLanguagesThatThereArent) {
  for (const char* language : {"klingon", "English", "english'; --", "pg_catalog.english", "a b"}) {
    EXPECT_EQ(ReasonOf(Want(language)), v1::ERROR_REASON_INVALID_FIELD) << language;
  }
  // One of the application's own isn't taken: PostgreSQL's are the same everywhere.
  database_.Execute("CREATE TEXT SEARCH CONFIGURATION public.ours (COPY = pg_catalog.simple)");
  EXPECT_EQ(ReasonOf(Want("ours")), v1::ERROR_REASON_INVALID_FIELD);
  EXPECT_FALSE(StoredSettings().search_language_change.has_value());
}

TEST_F(SearchLanguagesTest, TheLanguageBeforeIsInForceWhileAnotherIsPrepared) {
  Say(room_, "We sail tomorrow");
  Speak("english");
  auto other = stack_.schema_sessions.Open();
  ASSERT_TRUE(other.ok());
  // Whoever makes an index waits for those who may look at older rows.
  ASSERT_EQ(other->Execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM acme.chatter_room"),
            absl::OkStatus());
  ASSERT_EQ(Want("german"), absl::OkStatus());
  AwaitMaking();
  EXPECT_THAT(Texts("sailing"), ElementsAre("We [sail] tomorrow"));
  EXPECT_EQ(StoredSettings().search_language, "english");
  // What is wanted may change meanwhile.
  ASSERT_EQ(Want("simple"), absl::OkStatus());
  ASSERT_EQ(other->Execute("COMMIT"), absl::OkStatus());
  AwaitSettled();
  EXPECT_EQ(StoredSettings().search_language, "simple");
  EXPECT_THAT(Texts("tomorrow"), ElementsAre("We sail [tomorrow]"));
  while (Indexes() != "chatter_event_parts_simple chatter_message_parts_simple") {
    std::this_thread::yield();
  }
}

TEST_F(SearchLanguagesTest, OutOfForceAtOnce) {
  Speak("english");
  auto other = stack_.schema_sessions.Open();
  ASSERT_TRUE(other.ok());
  ASSERT_EQ(other->Execute("BEGIN; SELECT FROM acme.chatter_event"), absl::OkStatus());
  ASSERT_EQ(Want(""), absl::OkStatus());
  EXPECT_EQ(Reason(As("alice"), {.query = "apples"}), v1::ERROR_REASON_FEATURE_DISABLED);
  ASSERT_EQ(other->Execute("COMMIT"), absl::OkStatus());
  AwaitSettled();
  EXPECT_EQ(Indexes(), "");
}

TEST_F(SearchLanguagesTest, WhatCantBePreparedHasFailedAndTheLanguageBeforeStays) {
  Speak("english");
  // Not every message is text that an index can hold.
  database_.Execute("ALTER TABLE acme.chatter_message RENAME COLUMN text TO words");
  ASSERT_EQ(Want("german"), absl::OkStatus());
  AwaitSettled();
  Settings now = StoredSettings();
  EXPECT_EQ(now.search_language, "english");
  ASSERT_TRUE(now.search_language_change.has_value());
  EXPECT_EQ(now.search_language_change->search_language, "german");
  EXPECT_EQ(now.search_language_change->sqlstate, "42703");
  database_.Execute("ALTER TABLE acme.chatter_message RENAME COLUMN words TO text");
  Speak("german");
  EXPECT_FALSE(StoredSettings().search_language_change.has_value());
}

TEST_F(SearchLanguagesTest, OneServerAtATimePreparesATenant) {
  auto other = stack_.schema_sessions.Open();
  ASSERT_TRUE(other.ok());
  const absl::Status held = other->InTransaction([&] {
    absl::Status locked =
        other
            ->Query(
                "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
                {absl::StrCat("chatter search index of acme ", static_cast<uint32_t>(acme_.stamp))})
            .status();
    EXPECT_EQ(Want("english"), absl::OkStatus());
    EXPECT_EQ(stack_.conversation.search_index.Settle(acme_), absl::OkStatus());
    EXPECT_EQ(StoredSettings().search_language, "");
    return locked;
  });
  EXPECT_EQ(held, absl::OkStatus());
  AwaitSettled();
  EXPECT_EQ(StoredSettings().search_language, "english");
}

TEST_F(SearchLanguagesTest, AServerThatGoesAwayGivesUpTheIndexThatItMakesAndAnotherGoesOn) {
  auto other = stack_.schema_sessions.Open();
  ASSERT_TRUE(other.ok());
  ASSERT_EQ(other->Execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM acme.chatter_room"),
            absl::OkStatus());
  ASSERT_EQ(Want("english"), absl::OkStatus());
  AwaitMaking();
  stack_.conversation.search_languages.Drain();
  ASSERT_EQ(other->Execute("COMMIT"), absl::OkStatus());

  CoreStack another(database_.url());
  while (true) {
    const Settings now = *Await<Settings>(
        [&](auto done) { another.stores.settings.Find(acme_, Soon(), std::move(done)); });
    if (!now.search_language_change.has_value()) break;
    EXPECT_EQ(now.search_language_change->sqlstate, "");
    another.conversation.search_languages.See(acme_, now);
    std::this_thread::yield();
  }
  EXPECT_EQ(StoredSettings().search_language, "english");
  Say(room_, "apples");
  EXPECT_THAT(Texts("apples"), ElementsAre("[apples]"));
}

}  // namespace
}  // namespace chatter::rooms
