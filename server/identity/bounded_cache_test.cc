#include "server/identity/bounded_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/base/clock.h"
#include "server/base/worker.h"
#include "server/identity/test_fakes.h"
#include "server/model/errors.h"

namespace chatter::identity {
namespace {

using Value = std::optional<int>;

// A cache whose loads wait until the test answers them.
class Cache {
 public:
  using Lookups = HeldLookups<std::string, Value>;
  Cache(CacheOptions options, Lookups& lookups, const Clock& clock)
      : cache_(options, clock, [](const Value& value) { return !value.has_value(); }),
        lookups_(lookups) {}

  void Get(const std::string& key, Callback<Value> done) {
    cache_.Get(
        key,
        [&](const auto& request, Callback<Value> loaded) {
          known_ = request.known;
          lookups_.Add(key, request.deadline, std::move(loaded));
        },
        std::move(done));
  }
  void Forget(const std::string& key) { cache_.Forget(key); }
  void ForgetAll() { cache_.ForgetAll(); }
  bool known() const { return known_; }  // what the last lookup was told
  CacheStats stats() const { return cache_.stats(); }

 private:
  BoundedCache<std::string, Value> cache_;
  Lookups& lookups_;
  bool known_ = false;
};

class BoundedCacheTest : public testing::Test {
 protected:
  Cache MakeCache(CacheOptions options = {}) { return {options, lookups_, clock_}; }
  // Gets a key whose lookup, if there is one, answers with `value`.
  static Value GetNow(Cache& cache, HeldLookups<std::string, Value>& lookups,
                      const std::string& key, Value value) {
    Answer<Value> answer;
    cache.Get(key, answer.Slot());
    if (answer.pending()) lookups.AnswerOldest(value);
    return **answer;
  }

  FakeClock clock_;
  HeldLookups<std::string, Value> lookups_;
};

TEST_F(BoundedCacheTest, ServesWhatItKnowsUntilTheTtlHasPassed) {
  Cache cache = MakeCache({.ttl = absl::Seconds(2)});
  EXPECT_EQ(GetNow(cache, lookups_, "a", 1), 1);
  clock_.Advance(absl::Milliseconds(1999));
  EXPECT_EQ(GetNow(cache, lookups_, "a", 2), 1);
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(GetNow(cache, lookups_, "a", 3), 3);
  EXPECT_EQ(lookups_.total(), 2u);
  EXPECT_EQ(cache.stats().hits, 1u);
  EXPECT_EQ(cache.stats().misses, 2u);
}

TEST_F(BoundedCacheTest, AgesWhateverTheTimeOfDay) {
  Cache cache = MakeCache({.ttl = absl::Seconds(2)});
  EXPECT_EQ(GetNow(cache, lookups_, "a", 1), 1);
  clock_.Step(absl::Hours(1));
  EXPECT_EQ(GetNow(cache, lookups_, "a", 2), 1) << "forgotten too early";
  clock_.Step(-absl::Hours(2));
  clock_.Advance(absl::Seconds(2));
  EXPECT_EQ(GetNow(cache, lookups_, "a", 3), 3) << "remembered for too long";
}

TEST_F(BoundedCacheTest, KnowsWhatIsNotThere) {
  Cache cache = MakeCache();
  EXPECT_EQ(GetNow(cache, lookups_, "a", std::nullopt), std::nullopt);
  EXPECT_EQ(GetNow(cache, lookups_, "a", 1), std::nullopt);
  EXPECT_EQ(lookups_.total(), 1u);
}

TEST_F(BoundedCacheTest, CountsAgeFromTheBeginningOfTheLoad) {
  Cache cache = MakeCache({.ttl = absl::Seconds(2)});
  Answer<Value> answer;
  cache.Get("a", answer.Slot());
  clock_.Advance(absl::Seconds(2));
  lookups_.AnswerOldest(1);
  EXPECT_EQ(**answer, 1);
  EXPECT_EQ(GetNow(cache, lookups_, "a", 2), 2);
}

TEST_F(BoundedCacheTest, RunsOneLoadForAllWhoAskMeanwhile) {
  Cache cache = MakeCache({.load_timeout = absl::Seconds(5)});
  std::vector<Answer<Value>> answers(10);
  for (auto& answer : answers) cache.Get("a", answer.Slot());
  Answer<Value> other;
  cache.Get("b", other.Slot());
  ASSERT_EQ(lookups_.held(), 2u);
  EXPECT_EQ(lookups_.oldest().deadline, clock_.Steady() + absl::Seconds(5));
  lookups_.AnswerOldest(7);
  for (auto& answer : answers) EXPECT_EQ(**answer, 7);
  EXPECT_TRUE(other.pending());
  lookups_.AnswerOldest(8);
  EXPECT_EQ(**other, 8);
}

TEST_F(BoundedCacheTest, TellsAllOfAnErrorAndForgetsIt) {
  Cache cache = MakeCache();
  Answer<Value> first;
  Answer<Value> second;
  cache.Get("a", first.Slot());
  cache.Get("a", second.Slot());
  lookups_.AnswerOldest(DatabaseUnavailableError());
  EXPECT_EQ(first->status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(second->status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetNow(cache, lookups_, "a", 1), 1);
}

TEST_F(BoundedCacheTest, DropsWhatWasUsedLeastRecently) {
  Cache cache = MakeCache({.capacity = 2});
  GetNow(cache, lookups_, "a", 1);
  GetNow(cache, lookups_, "b", 2);
  GetNow(cache, lookups_, "a", 0);
  GetNow(cache, lookups_, "c", 3);
  EXPECT_EQ(cache.stats().entries, 2u);
  EXPECT_EQ(cache.stats().evictions, 1u);
  EXPECT_EQ(GetNow(cache, lookups_, "a", 0), 1);
  EXPECT_EQ(GetNow(cache, lookups_, "b", 4), 4);
}

// Whoever makes keys up must not push out those that are good.
TEST_F(BoundedCacheTest, AFloodOfNothingsPushesOutNothingsOnly) {
  Cache cache = MakeCache({.capacity = 2});
  GetNow(cache, lookups_, "a", 1);
  for (int i = 0; i < 100; ++i) GetNow(cache, lookups_, absl::StrCat("made up ", i), std::nullopt);
  EXPECT_EQ(cache.stats().entries, 3u);
  EXPECT_EQ(GetNow(cache, lookups_, "a", 0), 1);
  EXPECT_EQ(GetNow(cache, lookups_, "made up 99", 0), std::nullopt);
}

TEST_F(BoundedCacheTest, TellsTheLoaderWhatIsKnownToBeThere) {
  Cache cache = MakeCache({.ttl = absl::Seconds(2)});
  GetNow(cache, lookups_, "a", 1);
  EXPECT_FALSE(cache.known());
  clock_.Advance(absl::Hours(1));
  GetNow(cache, lookups_, "a", 2);
  EXPECT_TRUE(cache.known());
  cache.ForgetAll();
  EXPECT_EQ(GetNow(cache, lookups_, "a", std::nullopt), std::nullopt);
  EXPECT_TRUE(cache.known());
  clock_.Advance(absl::Hours(1));
  GetNow(cache, lookups_, "a", 3);
  EXPECT_FALSE(cache.known());
}

TEST_F(BoundedCacheTest, ForgetsWhatItKnows) {
  Cache cache = MakeCache();
  GetNow(cache, lookups_, "a", 1);
  cache.Forget("a");
  cache.Forget("never heard of");
  EXPECT_EQ(GetNow(cache, lookups_, "a", 2), 2);
}

// What a load that began before Forget finds may be out of date: nobody who asks after it may get
// that, neither from the cache nor by joining the load.
TEST_F(BoundedCacheTest, ForgetsLoadsThatAreUnderWay) {
  Cache cache = MakeCache();
  Answer<Value> before;
  cache.Get("a", before.Slot());
  cache.Forget("a");
  Answer<Value> after;
  cache.Get("a", after.Slot());
  ASSERT_EQ(lookups_.held(), 2u);
  lookups_.AnswerOldest(1);
  EXPECT_EQ(**before, 1);
  EXPECT_TRUE(after.pending());
  EXPECT_EQ(cache.stats().entries, 0u);
  lookups_.AnswerOldest(2);
  EXPECT_EQ(**after, 2);
  EXPECT_EQ(GetNow(cache, lookups_, "a", 3), 2);
}

TEST_F(BoundedCacheTest, RefusesMoreThanItsBoundOfLoads) {
  Cache cache = MakeCache({.max_loads = 2});
  std::vector<Answer<Value>> answers(3);
  cache.Get("a", answers[0].Slot());
  cache.Forget("a");  // its load counts until it ends
  cache.Get("b", answers[1].Slot());
  cache.Get("c", answers[2].Slot());
  EXPECT_EQ(answers[2]->status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(answers[2]->status()), v1::ERROR_REASON_OVERLOADED);
  EXPECT_EQ(cache.stats().refusals, 1u);
  lookups_.AnswerOldest(1);
  Answer<Value> again;
  cache.Get("c", again.Slot());
  EXPECT_TRUE(again.pending());
}

TEST_F(BoundedCacheTest, RefusesMoreThanItsBoundOfWaiters) {
  Cache cache = MakeCache({.max_waiters = 2});
  std::vector<Answer<Value>> answers(3);
  for (auto& answer : answers) cache.Get("a", answer.Slot());
  EXPECT_EQ(ReasonOf(answers[2]->status()), v1::ERROR_REASON_OVERLOADED);
  lookups_.AnswerOldest(1);
  EXPECT_EQ(**answers[0], 1);
  EXPECT_EQ(**answers[1], 1);
}

TEST_F(BoundedCacheTest, TakesALoadThatAnswersAtOnce) {
  BoundedCache<std::string, Value> cache({}, clock_);
  Answer<Value> answer;
  cache.Get(
      "a", [](const auto&, Callback<Value> done) { done(5); }, answer.Slot());
  EXPECT_EQ(**answer, 5);
}

TEST_F(BoundedCacheTest, MayBeAskedAgainFromItsOwnCallback) {
  Cache cache = MakeCache();
  Answer<Value> inner;
  cache.Get("a", [&](const absl::StatusOr<Value>&) { cache.Get("a", inner.Slot()); });
  lookups_.AnswerOldest(1);
  EXPECT_EQ(**inner, 1);
}

TEST_F(BoundedCacheTest, AnswersAfterItIsGone) {
  Answer<Value> answer;
  {
    Cache cache = MakeCache();
    cache.Get("a", answer.Slot());
  }
  lookups_.AnswerOldest(1);
  EXPECT_EQ(**answer, 1);
}

// For the thread sanitizer; also: each callback is called exactly once, with its own key's value.
TEST(BoundedCacheThreads, AnswersEverybodyOnce) {
  constexpr int kThreads = 4;
  constexpr int kCalls = 2000;
  std::atomic<int> answered = 0;
  std::atomic<int> wrong = 0;
  {
    Worker database;
    BoundedCache<int, int> cache({.capacity = 8, .max_waiters = 1'000'000}, Clock::Real());
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < kCalls; ++i) {
          const int key = i % 16;
          if (i % 50 == 0) cache.Forget(key);
          cache.Get(
              key,
              [&database, key](const auto&, Callback<int> done) {
                database.Post([key, done = std::move(done)]() mutable { done(key * 10); });
              },
              [&, key](const absl::StatusOr<int>& value) {
                if (!value.ok() || *value != key * 10) ++wrong;
                ++answered;
              });
        }
      });
    }
    for (auto& thread : threads) thread.join();
  }
  EXPECT_EQ(answered, kThreads * kCalls);
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace chatter::identity
