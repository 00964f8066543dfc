#include "server/identity/jwks_source.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "server/identity/jwk_set.h"

namespace chatter::identity {
namespace {

TEST(JwksSourceTest, KnowsWhereKeysMayBe) {
  for (const char* uri :
       {"https://id.example/.well-known/jwks.json", "https://id.example:8443/keys?tenant=acme",
        "http://localhost:8000/jwks", "http://127.0.0.1/jwks", "http://[::1]:8000/jwks",
        "file:acme.jwks", "file:a"}) {
    EXPECT_EQ(JwksUriProblem(uri), "") << uri;
  }
}

TEST(JwksSourceTest, RefusesOtherPlaces) {
  for (const std::string& uri :
       std::initializer_list<std::string>{"",
                                          "id.example/jwks",
                                          "https://",
                                          "http://id.example/jwks",
                                          "http://10.0.0.1/jwks",
                                          "http://localhost.id.example/jwks",
                                          "http://127.0.0.1@id.example/jwks",
                                          "https://user:secret@id.example/jwks",
                                          "https://user@id.example/jwks",
                                          "ftp://id.example/jwks",
                                          "gopher://localhost/",
                                          "file:///etc/passwd",
                                          "file:",
                                          "file:../jwks",
                                          "file:a/b",
                                          "file:.hidden",
                                          "file:a b",
                                          "https://id.example/a b",
                                          "https://id.example/\n",
                                          "https://id.example/" + std::string(2'048, 'a'),
                                          "file:" + std::string(129, 'a'),
                                          "FILE:a"}) {
    EXPECT_NE(JwksUriProblem(uri), "") << uri;
  }
}

class JwksFilesTest : public testing::Test {
 protected:
  JwksFilesTest() : directory_(absl::StrCat(testing::TempDir(), "/jwks_source_test.", getpid())) {
    std::filesystem::create_directories(directory_);
  }
  ~JwksFilesTest() override { std::filesystem::remove_all(directory_); }

  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(directory_ + "/" + name) << text;
  }

  const std::string directory_;
};

TEST_F(JwksFilesTest, ReadsAFileOfTheDirectory) {
  Write("acme", "some keys");
  EXPECT_EQ(*JwksReader(directory_).Read("file:acme"), "some keys");
  EXPECT_FALSE(JwksReader(directory_).Read("file:other").ok());
  EXPECT_FALSE(JwksReader(directory_).Read("file:../jwks_source_test/acme").ok());
  EXPECT_FALSE(JwksReader("").Read("file:acme").ok());
}

TEST_F(JwksFilesTest, HasABound) {
  Write("acme", std::string(kMaxJwksBytes, ' '));
  EXPECT_TRUE(JwksReader(directory_).Read("file:acme").ok());
  Write("acme", std::string(kMaxJwksBytes + 1, ' '));
  EXPECT_FALSE(JwksReader(directory_).Read("file:acme").ok());
}

}  // namespace
}  // namespace chatter::identity
