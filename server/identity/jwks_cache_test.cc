#include "server/identity/jwks_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "absl/strings/str_cat.h"
#include "server/identity/test_fakes.h"
#include "server/identity/test_tokens.h"
#include "server/model/errors.h"
#include "tests/support/await.h"

namespace chatter::identity {
namespace {

using test::Await;

constexpr char kUri[] = "https://id.example/jwks";

// Answers fetches with what the test says, at once or when the test lets it.
class ScriptedSource {
 public:
  void Serve(absl::StatusOr<std::string> answer) {
    MutexLock lock(mu_);
    answer_ = std::move(answer);
  }
  void Hold() {
    MutexLock lock(mu_);
    held_ = true;
  }
  void Release() {
    MutexLock lock(mu_);
    held_ = false;
    changed_.NotifyAll(mu_);
  }
  int fetches() const {
    MutexLock lock(mu_);
    return fetches_;
  }
  absl::StatusOr<std::string> Fetch() {
    MutexLock lock(mu_);
    ++fetches_;
    while (held_) changed_.Wait(mu_);
    return answer_;
  }

 private:
  mutable Mutex mu_;
  CondVar changed_;
  absl::StatusOr<std::string> answer_ ABSL_GUARDED_BY(mu_) = absl::UnavailableError("not served");
  bool held_ ABSL_GUARDED_BY(mu_) = false;
  int fetches_ ABSL_GUARDED_BY(mu_) = 0;
};

class JwksCacheTest : public testing::Test {
 protected:
  absl::StatusOr<JwkSetPtr> Get(const std::string& uri = kUri, JwksCache::Wanted wanted = {}) {
    return Await<JwkSetPtr>([&](auto done) {
      cache_.Get(uri, wanted, clock_.Steady() + absl::Seconds(5), std::move(done));
    });
  }
  // Asks for the key with this id, as a token with it does; whether it is there.
  bool HasKey(const std::string& id, const std::string& uri = kUri) {
    const auto keys = Get(uri, [&](const JwkSet& set) { return Holds(set, id); });
    return keys.ok() && Holds(**keys, id);
  }
  static bool Holds(const JwkSet& set, const std::string& id) {
    return set.Find(JwsAlgorithm::kEdDsa, id) != nullptr;
  }
  // Waits for the fetch that is under way, if one is.
  void WaitForFetch(const std::string& uri = kUri) {
    static_cast<void>(Get(uri, [](const JwkSet&) { return false; }));
  }
  std::string KeySet(const std::string& id) {
    return Jwks({key_.Jwk(absl::StrCat(R"("kid":")", id, "\","))});
  }
  static void ExpectUnavailable(const absl::StatusOr<JwkSetPtr>& answer) {
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(ReasonOf(answer.status()), v1::ERROR_REASON_TOKEN_KEYS_UNAVAILABLE);
  }

  const TestKey key_ = TestKey::Ed25519();
  FakeClock clock_;
  ScriptedSource source_;
  JwksCache cache_{[this](const std::string&) { return source_.Fetch(); }, clock_};
};

TEST_F(JwksCacheTest, FetchesOnceAndRemembers) {
  source_.Serve(KeySet("a"));
  EXPECT_TRUE(HasKey("a"));
  EXPECT_TRUE(HasKey("a"));
  clock_.Advance(absl::Minutes(5));
  EXPECT_TRUE(HasKey("a"));
  EXPECT_EQ(source_.fetches(), 1);
}

TEST_F(JwksCacheTest, RefreshesWhatIsFiveMinutesOldWithoutAWait) {
  source_.Serve(KeySet("a"));
  EXPECT_TRUE(HasKey("a"));
  source_.Serve(KeySet("b"));
  clock_.Advance(absl::Minutes(5) + absl::Seconds(1));
  source_.Hold();
  EXPECT_TRUE(HasKey("a"));  // the old ones, at once
  source_.Release();
  WaitForFetch();
  EXPECT_EQ(source_.fetches(), 2);
  EXPECT_TRUE(HasKey("b"));
  EXPECT_FALSE(HasKey("a"));
}

TEST_F(JwksCacheTest, AgesWhateverTheTimeOfDay) {
  source_.Serve(KeySet("a"));
  EXPECT_TRUE(HasKey("a"));
  source_.Serve(KeySet("b"));
  clock_.Step(absl::Hours(1));
  EXPECT_TRUE(HasKey("a"));
  EXPECT_EQ(source_.fetches(), 1);
  clock_.Step(-absl::Hours(2));
  clock_.Advance(absl::Minutes(10) + absl::Seconds(1));
  EXPECT_FALSE(HasKey("a"));
  EXPECT_TRUE(HasKey("b"));
}

TEST_F(JwksCacheTest, DoesNotUseWhatNobodyHasRefreshedForLong) {
  source_.Serve(KeySet("a"));
  EXPECT_TRUE(HasKey("a"));
  source_.Serve(KeySet("b"));
  clock_.Advance(absl::Minutes(10) + absl::Seconds(1));
  EXPECT_FALSE(HasKey("a"));
  EXPECT_TRUE(HasKey("b"));
}

TEST_F(JwksCacheTest, FetchesAtOnceForAnUnknownKeyButNotTooOften) {
  source_.Serve(KeySet("a"));
  EXPECT_TRUE(HasKey("a"));
  source_.Serve(KeySet("b"));
  EXPECT_FALSE(HasKey("b"));  // the last fetch is less than ten seconds ago
  clock_.Advance(absl::Seconds(10));
  EXPECT_TRUE(HasKey("b"));
  EXPECT_EQ(source_.fetches(), 2);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(HasKey(absl::StrCat("unknown", i)));
  EXPECT_EQ(source_.fetches(), 2);
}

TEST_F(JwksCacheTest, BacksOffFromASourceThatFails) {
  ExpectUnavailable(Get());
  EXPECT_EQ(source_.fetches(), 1);
  for (int i = 0; i < 10; ++i) ExpectUnavailable(Get());
  EXPECT_EQ(source_.fetches(), 1);
  // The pauses are 1 s, 2 s, 4 s ... 5 minutes, or down to half of each.
  int fetches = 1;
  for (absl::Duration pause = absl::Seconds(1); pause < absl::Minutes(20); pause *= 2) {
    const absl::Duration bounded = std::min(pause, absl::Minutes(5));
    clock_.Advance(bounded / 2 - absl::Milliseconds(1));
    ExpectUnavailable(Get());
    EXPECT_EQ(source_.fetches(), fetches) << pause;
    clock_.Advance(bounded / 2 + absl::Milliseconds(1));
    ExpectUnavailable(Get());
    EXPECT_EQ(source_.fetches(), ++fetches) << pause;
  }
}

TEST_F(JwksCacheTest, TakesNothingForAFailure) {
  source_.Serve("");
  ExpectUnavailable(Get());
  EXPECT_EQ(cache_.Peek(kUri), std::optional<JwkSetPtr>(nullptr));
}

TEST_F(JwksCacheTest, UsesTheOldKeysForADayWhileTheSourceIsAway) {
  source_.Serve(KeySet("a"));
  EXPECT_TRUE(HasKey("a"));
  for (const auto& failure :
       {absl::StatusOr<std::string>(absl::UnavailableError("down")),
        absl::StatusOr<std::string>("<html>"), absl::StatusOr<std::string>("{}")}) {
    source_.Serve(failure);
    clock_.Advance(absl::Hours(8) - absl::Seconds(1));
    EXPECT_TRUE(HasKey("a"));
    WaitForFetch();
  }
  clock_.Advance(absl::Seconds(4));
  ExpectUnavailable(Get());
  source_.Serve(KeySet("a"));
  clock_.Advance(absl::Minutes(5));
  EXPECT_TRUE(HasKey("a"));
}

TEST_F(JwksCacheTest, NobodyWaitsForASourceThatDidNotAnswer) {
  source_.Serve(KeySet("a"));
  EXPECT_TRUE(HasKey("a"));
  source_.Serve(absl::UnavailableError("down"));
  clock_.Advance(absl::Hours(1));
  EXPECT_TRUE(HasKey("a"));  // waited for
  clock_.Advance(absl::Hours(1));
  source_.Hold();
  EXPECT_TRUE(HasKey("a"));
  source_.Release();
}

TEST_F(JwksCacheTest, SharesAFetch) {
  source_.Serve(KeySet("a"));
  source_.Hold();
  std::promise<bool> first;
  std::promise<bool> second;
  for (std::promise<bool>* found : {&first, &second}) {
    cache_.Get(kUri, {}, clock_.Steady() + absl::Seconds(5),
               [found](const absl::StatusOr<JwkSetPtr>& keys) { found->set_value(keys.ok()); });
  }
  source_.Release();
  EXPECT_TRUE(first.get_future().get());
  EXPECT_TRUE(second.get_future().get());
  EXPECT_EQ(source_.fetches(), 1);
}

TEST_F(JwksCacheTest, AnswersByTheDeadline) {
  source_.Hold();
  Answer<JwkSetPtr> answer;
  cache_.Get(kUri, {}, clock_.Steady() + absl::Seconds(5), answer.Slot());
  clock_.Advance(absl::Seconds(4));
  cache_.Tick();
  EXPECT_TRUE(answer.pending());
  clock_.Advance(absl::Seconds(1));
  cache_.Tick();
  ASSERT_FALSE(answer.pending());
  ExpectUnavailable(*answer);
  source_.Release();
}

TEST_F(JwksCacheTest, TakesNoSecretsFromTheWeb) {
  source_.Serve(Jwks({TestKey::Hs256(std::string(32, 's')).Jwk()}));
  const auto from_web = Get();
  ASSERT_TRUE(from_web.ok());
  EXPECT_TRUE((*from_web)->keys().empty());
  const auto from_file = Get("file:keys");
  ASSERT_TRUE(from_file.ok());
  EXPECT_EQ((*from_file)->keys().size(), 1u);
}

TEST_F(JwksCacheTest, ReadsFilesAnewEverySecond) {
  source_.Serve(KeySet("a"));
  EXPECT_TRUE(HasKey("a", "file:keys"));
  source_.Serve(KeySet("b"));
  clock_.Advance(absl::Seconds(1) + absl::Milliseconds(1));
  EXPECT_FALSE(HasKey("a", "file:keys"));
  EXPECT_TRUE(HasKey("b", "file:keys"));
}

TEST_F(JwksCacheTest, ForgetsAFileThatIsGone) {
  source_.Serve(KeySet("a"));
  EXPECT_TRUE(HasKey("a", "file:keys"));
  source_.Serve(absl::NotFoundError("gone"));
  clock_.Advance(absl::Seconds(11));
  ExpectUnavailable(Get("file:keys"));
}

TEST_F(JwksCacheTest, PeeksWithoutWaiting) {
  source_.Serve(KeySet("a"));
  source_.Hold();
  EXPECT_EQ(cache_.Peek(kUri), std::nullopt);
  source_.Release();
  WaitForFetch();
  const auto keys = cache_.Peek(kUri);
  ASSERT_TRUE(keys.has_value() && *keys != nullptr);
  EXPECT_TRUE(Holds(**keys, "a"));
  source_.Serve(absl::UnavailableError("down"));
  clock_.Advance(absl::Hours(25));
  EXPECT_EQ(cache_.Peek(kUri), std::optional<JwkSetPtr>(nullptr));
}

TEST_F(JwksCacheTest, PeekingKeepsTheKeysFresh) {
  source_.Serve(KeySet("a"));
  EXPECT_TRUE(HasKey("a"));
  source_.Serve(KeySet("b"));
  clock_.Advance(absl::Minutes(5) + absl::Seconds(1));
  static_cast<void>(cache_.Peek(kUri));
  WaitForFetch();
  EXPECT_TRUE(Holds(**cache_.Peek(kUri), "b"));
}

TEST_F(JwksCacheTest, HasABoundForSources) {
  source_.Serve(KeySet("a"));
  for (size_t i = 0; i <= JwksCache::kMaxSources; ++i) {
    EXPECT_TRUE(HasKey("a", absl::StrCat(kUri, i)));
  }
  const int fetches = source_.fetches();
  EXPECT_TRUE(HasKey("a", absl::StrCat(kUri, 1)));  // still there
  EXPECT_EQ(source_.fetches(), fetches);
  EXPECT_TRUE(HasKey("a", absl::StrCat(kUri, 0)));  // the least recently used had gone
  EXPECT_EQ(source_.fetches(), fetches + 1);
}

TEST_F(JwksCacheTest, RefusesMoreSourcesThanCanBeFetched) {
  source_.Hold();
  for (size_t i = 0; i < JwksCache::kMaxSources; ++i) {
    cache_.Get(absl::StrCat(kUri, i), {}, clock_.Steady(), [](const auto&) {});
  }
  Answer<JwkSetPtr> answer;
  cache_.Get(kUri, {}, clock_.Steady(), answer.Slot());
  ASSERT_FALSE(answer.pending());
  EXPECT_EQ(ReasonOf(answer->status()), v1::ERROR_REASON_OVERLOADED);
  source_.Release();
}

}  // namespace
}  // namespace chatter::identity
