#include "server/middleware/django_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/str_cat.h"

namespace chatter::middleware {
namespace {

using testing::ElementsAre;

class DjangoKeysTest : public testing::Test {
 protected:
  ~DjangoKeysTest() override { unlink(file_.c_str()); }

  void Write(const std::string& text) { std::ofstream(file_) << text; }
  const identity::DjangoSecretKeys& KeysAfterRefresh() {
    keys_.Refresh();
    current_ = keys_.ring().Current();
    return *current_;
  }

  const std::string file_ = absl::StrCat(testing::TempDir(), "/django_keys_test.", getpid());
  DjangoKeys keys_{file_, {"the key"}};
  std::shared_ptr<const identity::DjangoSecretKeys> current_;
};

TEST_F(DjangoKeysTest, AreThoseOfTheFile) {
  Write("a new key\nthe key\n");
  EXPECT_THAT(*keys_.ring().Current(), ElementsAre("the key"));  // until it looks
  EXPECT_THAT(KeysAfterRefresh(), ElementsAre("a new key", "the key"));
  Write("a new key\n");
  EXPECT_THAT(KeysAfterRefresh(), ElementsAre("a new key"));
}

TEST_F(DjangoKeysTest, StayWhileTheFileIsNoGood) {
  EXPECT_THAT(KeysAfterRefresh(), ElementsAre("the key"));  // there is none
  for (const std::string& bad : {std::string(), std::string("\n\n"), std::string(5'000, 'x')}) {
    Write(bad);
    EXPECT_THAT(KeysAfterRefresh(), ElementsAre("the key"));
  }
}

}  // namespace
}  // namespace chatter::middleware
