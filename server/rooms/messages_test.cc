// The lists about messages that come in pages: pinned messages, reactions, edits.
#include "server/rooms/messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/model/pager.h"
#include "tests/support/await.h"
#include "tests/support/callers.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::rooms {
namespace {

using test::Await;
using test::CoreStack;
using testing::ElementsAre;
using testing::IsEmpty;

class MessagesTest : public testing::Test {
 protected:
  struct PageRequest {
    int page_size = 0;
    std::string page_token;
  };
  // With its entries as text.
  using TextPage = Page<std::string>;
  using List = absl::StatusOr<TextPage> (MessagesTest::*)(const TenantCaller&, const PageRequest&);

  UserCaller As(const std::string& user) const { return test::UserOf(acme_, user); }
  ServiceCaller Service() const { return test::ServiceOf(acme_); }

  uint64_t Say(const RoomId& room, const std::string& text) {
    const auto sent = stack_.Send({acme_, room}, "alice", absl::StrCat("id", next_id_++), text);
    return sent.ok() ? sent->seq : 0;
  }
  template <typename Call>
  void Do(Call call) {
    std::promise<absl::Status> answer;
    call(StatusCallback(
        [&](const absl::Status& status) { answer.set_value(test::Unshared(status)); }));
    ASSERT_EQ(answer.get_future().get(), absl::OkStatus());
  }
  MessagePlace Place(uint64_t seq) const { return {room_.ToString(), seq}; }
  void Pin(uint64_t seq) {
    Do([&](auto done) {
      stack_.conversation.message_changer.Pin(Service(), Place(seq), std::move(done));
    });
  }
  void Unpin(uint64_t seq) {
    Do([&](auto done) {
      stack_.conversation.message_changer.Unpin(Service(), Place(seq), std::move(done));
    });
  }
  void React(const std::string& user, const std::string& reaction) {
    Do([&](auto done) {
      stack_.conversation.message_changer.AddReaction(As(user), Place(seq_), reaction,
                                                      std::move(done));
    });
  }
  void TakeBack(const std::string& user, const std::string& reaction) {
    Do([&](auto done) {
      stack_.conversation.message_changer.RemoveReaction(As(user), Place(seq_), reaction,
                                                         std::move(done));
    });
  }
  void Edit(const std::string& text) {
    ASSERT_TRUE(stack_.Edit(As("alice"), room_, seq_, text).ok());
  }
  void Delete() {
    Do([&](auto done) {
      stack_.conversation.message_changer.Delete(As("alice"), Place(seq_), std::move(done));
    });
  }
  // Of each list, so many entries: the message, which has been edited, and pinned others.
  void AddEntries(int count) {
    for (int i = 1; i <= count; ++i) {
      Pin(Say(room_, "text"));
      React("alice", absl::StrCat("r", i));
      if (i > 1) Edit(absl::StrCat("text ", i));
    }
  }

  // A page of the list about what is asked for.
  template <typename Request>
  Request Asking(const PageRequest& page) const {
    Request request;
    request.set_room_id(asked_.ToString());
    if constexpr (!std::is_same_v<Request, v1::ListPinnedMessagesRequest>) {
      request.set_seq(asked_seq_);
    }
    request.set_page_size(page.page_size);
    request.set_page_token(page.page_token);
    return request;
  }
  absl::StatusOr<TextPage> Pinned(const TenantCaller& caller, const PageRequest& page) {
    const auto request = Asking<v1::ListPinnedMessagesRequest>(page);
    return ToText(Await<Page<Message>>([&](auto done) {
                    stack_.conversation.messages.ListPinned(caller, request, std::move(done));
                  }),
                  [](const Message& message) { return absl::StrCat(message.seq); });
  }
  absl::StatusOr<TextPage> Reactions(const TenantCaller& caller, const PageRequest& page) {
    const auto request = Asking<v1::ListReactionsRequest>(page);
    return ToText(Await<Page<store::EventReader::Reaction>>([&](auto done) {
                    stack_.conversation.messages.ListReactions(caller, request, std::move(done));
                  }),
                  [](const store::EventReader::Reaction& reaction) {
                    return absl::StrCat(reaction.reaction, " ", reaction.user_id);
                  });
  }
  absl::StatusOr<TextPage> Edits(const TenantCaller& caller, const PageRequest& page) {
    const auto request = Asking<v1::ListEditsRequest>(page);
    return ToText(Await<Page<store::EventReader::Edit>>([&](auto done) {
                    stack_.conversation.messages.ListEdits(caller, request, std::move(done));
                  }),
                  [](const store::EventReader::Edit& edit) { return edit.text; });
  }
  template <typename Entry, typename TextOf>
  static absl::StatusOr<TextPage> ToText(const absl::StatusOr<Page<Entry>>& answer,
                                         TextOf text_of) {
    if (!answer.ok()) return answer.status();
    TextPage page{.entries = {}, .next_page_token = answer->next_page_token};
    for (const auto& entry : answer->entries) page.entries.push_back(text_of(entry));
    return page;
  }

  // The next page of two entries, as the caller sees it; moves `token` on.
  std::vector<std::string> Next(const TenantCaller& caller, List list, std::string& token) {
    const auto page = (this->*list)(caller, {.page_size = 2, .page_token = token});
    if (!page.ok()) return {page.status().ToString()};
    token = page->next_page_token;
    return page->entries;
  }
  std::vector<std::string> Next(List list, std::string& token) {
    return Next(As("alice"), list, token);
  }
  v1::ErrorReason Reason(List list, const TenantCaller& caller, const PageRequest& request) {
    return ReasonOf((this->*list)(caller, request).status());
  }

  static constexpr List kPinned = &MessagesTest::Pinned;
  static constexpr List kReactions = &MessagesTest::Reactions;
  static constexpr List kEdits = &MessagesTest::Edits;
  static constexpr List kLists[] = {kPinned, kReactions, kEdits};

  test::TestDatabase database_;
  const TenantKey acme_ = database_.AddTenant("acme");
  CoreStack stack_{database_.url()};
  const RoomId room_ = stack_.AddRoom(acme_, {"alice", "bob", "carol"});
  int next_id_ = 0;
  const uint64_t seq_ = Say(room_, "text 1");
  // What the lists are asked about.
  RoomId asked_ = room_;
  uint64_t asked_seq_ = seq_;
};

TEST_F(MessagesTest, PinnedMessagesComeInPages) {
  std::string token;
  EXPECT_THAT(Next(kPinned, token), IsEmpty());
  EXPECT_EQ(token, "");
  std::vector<uint64_t> seqs;
  for (int i = 0; i < 6; ++i) seqs.push_back(Say(room_, "text"));
  for (const size_t i : {2U, 0U, 5U, 3U, 1U}) Pin(seqs[i]);
  EXPECT_THAT(Next(kPinned, token), ElementsAre(absl::StrCat(seqs[5]), absl::StrCat(seqs[3])));
  Unpin(seqs[5]);
  Unpin(seqs[3]);  // where the next page begins
  Pin(seqs[4]);    // before it
  EXPECT_THAT(Next(kPinned, token), ElementsAre(absl::StrCat(seqs[2]), absl::StrCat(seqs[1])));
  EXPECT_THAT(Next(kPinned, token), ElementsAre(absl::StrCat(seqs[0])));
  EXPECT_EQ(token, "");
}

TEST_F(MessagesTest, ReactionsComeInPages) {
  std::string token;
  EXPECT_THAT(Next(kReactions, token), IsEmpty());
  EXPECT_EQ(token, "");
  React("bob", "z");
  React("alice", "z");
  React("bob", "a");
  React("carol", "a");
  React("carol", "z");
  // Those of the same time have an order, too.
  database_.Execute("UPDATE acme.chatter_reaction SET created_at = '2026-01-01'");
  React("alice", "a");
  EXPECT_THAT(Next(kReactions, token), ElementsAre("a bob", "a carol"));
  TakeBack("bob", "a");
  TakeBack("carol", "a");  // where the next page begins
  TakeBack("alice", "z");
  EXPECT_THAT(Next(kReactions, token), ElementsAre("z bob", "z carol"));
  React("carol", "a");
  EXPECT_THAT(Next(kReactions, token), ElementsAre("a alice", "a carol"));
  EXPECT_EQ(token, "");
}

TEST_F(MessagesTest, EditsComeInPages) {
  std::string token;
  EXPECT_THAT(Next(kEdits, token), ElementsAre("text 1"));
  EXPECT_EQ(token, "");
  for (const char* text : {"text 2", "text 3", "text 4"}) Edit(text);
  EXPECT_THAT(Next(kEdits, token), ElementsAre("text 1", "text 2"));
  Edit("text 5");
  EXPECT_THAT(Next(kEdits, token), ElementsAre("text 3", "text 4"));
  EXPECT_THAT(Next(kEdits, token), ElementsAre("text 5"));
  EXPECT_EQ(token, "");
}

TEST_F(MessagesTest, AMessageThatIsDeletedBetweenPagesHasNoMoreOfThem) {
  AddEntries(3);
  std::string edits;
  std::string reactions;
  Next(kEdits, edits);
  Next(kReactions, reactions);
  Delete();
  EXPECT_EQ(Reason(kEdits, As("alice"), {.page_token = edits}), v1::ERROR_REASON_MESSAGE_NOT_FOUND);
  EXPECT_THAT(Next(kReactions, reactions), IsEmpty());
}

TEST_F(MessagesTest, APageThatEndsWithTheListIsTheLast) {
  AddEntries(2);
  for (const List list : kLists) {
    std::string token;
    EXPECT_EQ(Next(list, token).size(), 2u);
    EXPECT_EQ(token, "");
  }
}

TEST_F(MessagesTest, EveryPageIsForThoseWhoMayReadIt) {
  AddEntries(3);
  std::string tokens[3];
  for (size_t i = 0; i < 3; ++i) {
    std::string token;
    Next(Service(), kLists[i], token);
    EXPECT_EQ(Next(Service(), kLists[i], token).size(), 1u);
    EXPECT_EQ(Next(As("bob"), kLists[i], tokens[i]).size(), 2u);
  }
  database_.Execute("DELETE FROM acme.chatter_member WHERE user_id = 'bob'");
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(Reason(kLists[i], As("bob"), {.page_token = tokens[i]}),
              v1::ERROR_REASON_ROOM_NOT_FOUND);
  }
}

TEST_F(MessagesTest, HiddenHistoryIsHiddenOnEveryPage) {
  AddEntries(3);
  std::string tokens[3];
  for (size_t i = 0; i < 3; ++i) Next(As("bob"), kLists[i], tokens[i]);
  database_.Execute("UPDATE acme.chatter_room SET history = 2");
  database_.Execute(
      "UPDATE acme.chatter_member SET joined_seq = (SELECT max(seq) FROM acme.chatter_event) "
      "WHERE user_id = 'bob'");
  EXPECT_THAT(Pinned(As("bob"), {.page_token = tokens[0]})->entries, IsEmpty());
  EXPECT_THAT(Reactions(As("bob"), {.page_token = tokens[1]})->entries, IsEmpty());
  EXPECT_EQ(Reason(kEdits, As("bob"), {.page_token = tokens[2]}),
            v1::ERROR_REASON_MESSAGE_NOT_FOUND);
}

TEST_F(MessagesTest, PageSizesAreBounded) {
  const int max[] = {100, 1'000, 100};
  for (size_t i = 0; i < 3; ++i) {
    for (const int size : {0, 1, max[i], max[i] + 1, std::numeric_limits<int>::max()}) {
      EXPECT_TRUE((this->*kLists[i])(As("alice"), {.page_size = size, .page_token = {}}).ok())
          << size;
    }
    EXPECT_EQ(Reason(kLists[i], As("alice"), {.page_size = -1, .page_token = {}}),
              v1::ERROR_REASON_INVALID_FIELD);
  }
}

TEST_F(MessagesTest, MadeUpTokensAreRefused) {
  const auto at = [&](const auto& request, std::string_view place) {
    return PageTokens(As("alice"), request).Make(place);
  };
  const auto pinned = Asking<v1::ListPinnedMessagesRequest>({});
  const auto reactions = Asking<v1::ListReactionsRequest>({});
  const auto edits = Asking<v1::ListEditsRequest>({});
  const std::string time(8, '\0');
  const std::vector<std::string> made_up[] = {
      {"zzz", at(pinned, ""), at(pinned, "first"), at(pinned, std::string(8, '\xff'))},
      {at(reactions, "short"), at(reactions, time + "no end"),
       at(reactions, time + std::string("a\0b", 3)),
       at(reactions, time + std::string("\xff\0alice\0", 8)),
       at(reactions, time + std::string("a\0b\0c", 5))},
      {at(edits, ""), at(edits, std::string(9, '\0'))},
  };
  for (size_t i = 0; i < 3; ++i) {
    for (const std::string& token : made_up[i]) {
      EXPECT_EQ(Reason(kLists[i], As("alice"), {.page_token = token}),
                v1::ERROR_REASON_INVALID_FIELD)
          << i << " " << token;
    }
  }
}

}  // namespace
}  // namespace chatter::rooms
