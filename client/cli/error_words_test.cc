#include "client/cli/error_words.h"

#include <gtest/gtest.h>

#include "chatter/v1/errors.pb.h"

namespace chatter::client::cli {
namespace {

TEST(ErrorWordsTest, FieldsAreNamedAsAtTheTerminal) {
  EXPECT_EQ(TerminalName("profile.name"), "--name");
  EXPECT_EQ(TerminalName("user_ids[1]"), "USER 2");
  EXPECT_EQ(TerminalName("users[0].id"), "ID");
  EXPECT_EQ(TerminalName("details.attachments[2].url"), "--attach 3");
  EXPECT_EQ(TerminalName("profile.attributes[\"color\"]"), "--attribute");
}

TEST(ErrorWordsTest, OtherFieldsKeepTheirNames) {
  EXPECT_EQ(TerminalName("new.field[3]"), "new.field[3]");
  EXPECT_EQ(TerminalName("user_ids["), "USER");
  EXPECT_EQ(TerminalName(""), "");
}

TEST(ErrorWordsTest, UnknownReasonsHaveNoWords) {
  EXPECT_EQ(WordsFor("OF_A_NEWER_SERVER").text, "");
  EXPECT_EQ(WordsFor("OF_A_NEWER_SERVER").hint, "");
}

TEST(ErrorWordsTest, ReasonsThatSpeakOfTheApiHaveWordsOfTheirOwn) {
  for (const char* reason :
       {"CREDENTIAL_REQUIRED", "TENANT_REQUIRED", "DRAINING", "EPOCH_ENDED", "FEATURE_DISABLED",
        "SERVICE_ACCOUNT_EXISTS", "ON_BEHALF_OF_UNKNOWN", "CLIENT_MESSAGE_ID_REUSED"}) {
    v1::ErrorReason parsed;
    EXPECT_TRUE(v1::ErrorReason_Parse(std::string("ERROR_REASON_") + reason, &parsed)) << reason;
    EXPECT_NE(WordsFor(reason).text, "") << reason;
  }
}

}  // namespace
}  // namespace chatter::client::cli
