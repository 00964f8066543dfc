// Messages that are searched, for the tests of searching and of tenants' languages.
#ifndef CHATTER_SERVER_ROOMS_TEST_SEARCH_H_
#define CHATTER_SERVER_ROOMS_TEST_SEARCH_H_

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/admin/settings_calls.h"
#include "server/rooms/message_changer.h"
#include "server/rooms/room_rules.h"
#include "server/rooms/search.h"
#include "tests/support/await.h"
#include "tests/support/callers.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::rooms {

using HitPage = Page<store::SearchReader::Hit>;

struct Request {
  std::string query;
  std::string room_id = {};
  std::string sender_id = {};
  int page_size = 0;
  std::string page_token = {};
  v1::SearchOrder order = v1::SEARCH_ORDER_UNSPECIFIED;
  std::optional<int64_t> stored_from = {};  // in seconds
  std::optional<int64_t> stored_before = {};
  bool has_attachment = false;
  bool mentions_me = false;
};

// A tenant with a room of alice and bob, and one of bob and carol; and a second tenant.
class SearchFixture : public testing::Test {
 protected:
  UserCaller As(const std::string& user, const TenantKey& tenant) {
    return test::UserOf(tenant, user);
  }
  UserCaller As(const std::string& user) { return As(user, acme_); }
  ServiceCaller Service() { return test::ServiceOf(acme_); }

  // Until the language is in force.
  void Speak(const std::string& language) {
    ASSERT_EQ(Want(language), absl::OkStatus());
    AwaitSettled();
    ASSERT_EQ(StoredSettings().search_language, language);
  }
  absl::Status Want(const std::string& language) {
    v1::Settings settings;
    settings.set_search_language(language);
    const auto changed = test::Await<Settings>([&](auto done) {
      settings_calls_.Update(Service(), settings, {"search_language"}, std::move(done));
    });
    if (changed.ok()) {
      const auto& change = changed->search_language_change;  // none: it is in force
      EXPECT_EQ(change.has_value() ? change->search_language : changed->search_language, language);
    }
    return changed.status();
  }
  Settings StoredSettings() {
    return *test::Await<Settings>(
        [&](auto done) { stack_.stores.settings.Find(acme_, test::Soon(), std::move(done)); });
  }
  // As whoever asks for the settings again and again: until nothing more is being prepared.
  void AwaitSettled() {
    while (true) {
      const auto now = test::Await<Settings>(
          [&](auto done) { settings_calls_.Get(Service(), std::move(done)); });
      ASSERT_TRUE(now.ok()) << now.status();
      const auto& change = now->search_language_change;
      if (!change.has_value() || !change->sqlstate.empty()) return;
      std::this_thread::yield();
    }
  }
  // Until an index is being made, which waits for somebody.
  void AwaitMaking() {
    while (database_.Execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                             "AND datname = current_database() AND query LIKE '%CREATE INDEX%'") !=
           "1") {
      std::this_thread::yield();
    }
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
    ASSERT_TRUE(test::Await<RoomChanger::Changed>([&](auto done) {
                  stack_.conversation.room_changer.Run(Service(), room.ToString(), {},
                                                       {named, rule}, std::move(done));
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
    ASSERT_TRUE(stack_.Edit(As("alice"), room, seq, text).ok());
  }
  void Delete(const RoomId& room, uint64_t seq) {
    Do([&](StatusCallback done) {
      stack_.conversation.message_changer.Delete(As("alice"), {room.ToString(), seq},
                                                 std::move(done));
    });
  }

  absl::StatusOr<HitPage> Find(const TenantCaller& caller, const Request& request) {
    v1::SearchMessagesRequest asked;
    asked.set_query(request.query);
    asked.set_room_id(request.room_id);
    asked.set_sender_id(request.sender_id);
    asked.set_page_size(request.page_size);
    asked.set_page_token(request.page_token);
    asked.set_order(request.order);
    if (request.stored_from) asked.mutable_stored_from()->set_seconds(*request.stored_from);
    if (request.stored_before) asked.mutable_stored_before()->set_seconds(*request.stored_before);
    asked.set_has_attachment(request.has_attachment);
    asked.set_mentions_me(request.mentions_me);
    return test::Await<HitPage>(
        [&](auto done) { stack_.conversation.search.Find(caller, asked, std::move(done)); });
  }
  std::vector<std::pair<RoomId, uint64_t>> AllPages(const TenantCaller& caller, Request request) {
    std::vector<std::pair<RoomId, uint64_t>> found;
    do {
      const auto page = Find(caller, request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return found;
      EXPECT_LE(page->entries.size(), static_cast<size_t>(request.page_size));
      for (const auto& hit : page->entries) {
        found.emplace_back(hit.message.room_id, hit.message.seq);
      }
      request.page_token = page->next_page_token;
    } while (!request.page_token.empty());
    return found;
  }
  // The texts, with the matches in brackets.
  std::vector<std::string> Texts(const TenantCaller& caller, const Request& request) {
    const auto page = Find(caller, request);
    if (!page.ok()) return {page.status().ToString()};
    std::vector<std::string> texts;
    for (const auto& hit : page->entries) {
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
  v1::ErrorReason Reason(const TenantCaller& caller, const Request& request) {
    return ReasonOf(Find(caller, request).status());
  }
  std::string Indexes() const {
    return database_.Execute(
        "SELECT string_agg(indexname, ' ' ORDER BY indexname) FROM pg_indexes "
        "WHERE schemaname = 'acme' AND indexname ~ '_(words|parts)_'");
  }

  test::TestDatabase database_;
  const TenantKey acme_ = database_.AddTenant("acme");
  const TenantKey globex_ = database_.AddTenant("globex");
  test::CoreStack stack_{database_.url()};
  const RoomId room_ = stack_.AddRoom(acme_, {"alice", "bob"});
  const RoomId other_ = stack_.AddRoom(acme_, {"bob", "carol"});
  admin::SettingsCalls settings_calls_{stack_.stores.settings, stack_.conversation.settings,
                                       stack_.conversation.search_languages, stack_.log.bus};
  int next_id_ = 0;
};

}  // namespace chatter::rooms

#endif  // CHATTER_SERVER_ROOMS_TEST_SEARCH_H_
