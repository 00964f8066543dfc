#include "server/model/url.h"

#include <gtest/gtest.h>

namespace chatter {
namespace {

TEST(IsWebUrl, TakesWhatHasAWebSchemeAndAHost) {
  for (const char* url : {
           "https://files.example/plan.pdf",
           "http://files.example",
           "HTTPS://Files.Example/",
           "hTtP://files.example",
           "https://files.example?size=2",
           "https://files.example#top",
           "https://files.example:8443/a",
           "https://files.example:/a",
           "https://files.example.:443/a",
           "https://localhost",
           "https://my_bucket.files.example/a",
           "https://m%C3%BCnchen.example/",
           "https://xn--mnchen-3ya.example/",
           "https://bob:secret@files.example/a",
           "https://a@b@files.example/",
           "https://192.0.2.1/a",
           "https://[2001:db8::1]/a",
           "https://[::1]:8080",
           "https://files.example/a//b/../c;d=1?q=a+b&c={d}|e^f`g'h#(i)[j]",
           "https://files.example/%E2%82%AC?http://other.example:x/",
           "https://münchen.example/",
           "https://МОСКВА.example:8080/a",
           "https://例え.テスト",
           "https://bücher。example/",
           "https://files.example/Prüfung/日本語.pdf?größe=1#änderung",
       }) {
    EXPECT_TRUE(IsWebUrl(url)) << url;
  }
}

TEST(IsWebUrl, RefusesOtherSchemesAndWhatHasNoHost) {
  for (const char* url : {
           "",
           "https",
           "https:",
           "https:/files.example",
           "https:files.example",
           "files.example/a",
           "//files.example/a",
           "ftp://files.example/a",
           "javascript:alert(1)",
           "javascript://https://files.example/%0aalert(1)",
           "data:text/html,a",
           "httpss://files.example",
           " https://files.example",
           "ſ://files.example",
           "https://",
           "https:///a",
           "https://?a",
           "https://#a",
           "https://:443/a",
           "https://bob@/a",
           "https://bob@:443",
           "https://@",
           "https://files.example:x/",
           "https://files.example:+1/",
           "https://files.example:65536/",
           "https://files.example:1:2/",
           "https://[::1/",
           "https://[::g]/",
           "https://[]/",
           "https://a]b/",
           "https://a[b/",
           "https://a|b/",
           "https://a^b/",
           "https://a%zz/",
           "https://a%2",
           "https://a\u200b.example/",  // can't be seen
           "https://ü..example/",
           "https://ü_b.example/",     // no international name has it
           "https://\u0308.example/",  // begins with a mark
       }) {
    EXPECT_FALSE(IsWebUrl(url)) << url;
  }
}

TEST(IsWebUrl, HoldsNothingThatIsInvisibleOrToBeEscaped) {
  for (const char* part : {" ", "\t", "\n", "\x7f", "\"", "<", ">", "\\", "\u0085", "\u00a0",
                           "\u200b", "\u202e", "\u2066", "\ufeff", "\u3000", "\xff", "\xc3"}) {
    for (const char* place : {"https://files.example/a", "https://files.example/a?b",
                              "https://files.example/a#b", "https://bob"}) {
      const std::string rest = std::string_view(place).ends_with("bob") ? "@files.example/" : "c";
      EXPECT_FALSE(IsWebUrl(std::string(place) + part + rest)) << place << part << rest;
    }
  }
}

}  // namespace
}  // namespace chatter
