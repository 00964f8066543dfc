// Whatever ends the connections to PostgreSQL, and whenever: an answer is to its question.
#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/mutex.h"
#include "gtest/gtest.h"
#include "server/postgres/database.h"
#include "tests/support/await.h"
#include "tests/support/chaos_proxy.h"
#include "tests/support/test_database.h"

namespace chatter::postgres {
namespace {

using test::ChaosProxy;
using test::Soon;
using test::TestDatabase;

constexpr std::string_view kNumber = "SELECT $1::bigint";
constexpr std::string_view kText = "SELECT $1::text, length($1::text)::bigint";
constexpr std::string_view kMany = "SELECT n, $1::bigint FROM generate_series(1, 50) n";
constexpr std::string_view kNothing = "SELECT 1::bigint WHERE $1::bigint < 0";

// Callers that ask one question after the other, each of its own, and look at each answer.
class Callers {
 public:
  explicit Callers(Database& database) : database_(database) {}

  void Start(int count) {
    for (int i = 0; i < count; ++i) Ask(i * int64_t{1'000'000}, i);
  }
  void Stop() {
    MutexLock lock(mu_);
    stopping_ = true;
    while (asking_ > 0) changed_.Wait(mu_);
  }
  // Until so many more questions have had their answers.
  void AwaitAnswers(int more) {
    MutexLock lock(mu_);
    const int64_t enough = answered_ + more;
    while (answered_ < enough) changed_.Wait(mu_);
  }
  int64_t wrong() const {
    MutexLock lock(mu_);
    return wrong_;
  }

 private:
  void Ask(int64_t number, int kind) {
    {
      MutexLock lock(mu_);
      if (stopping_) return;
      ++asking_;
    }
    Database::Transaction transaction;
    transaction.deadline = Soon();
    transaction.idempotent = kind % 5 != 0;
    transaction.lane = kind % 7 == 0 ? Lane::kWrite : kind % 11 == 0 ? Lane::kSearch : Lane::kQuery;
    const std::string text(static_cast<size_t>(number % 97), 'x');
    if (kind % 2 == 0) {
      transaction.statements.push_back({kText, std::nullopt, std::move(Params().Text(text))});
    }
    if (kind % 3 == 0) {
      transaction.statements.push_back({kMany, std::nullopt, std::move(Params().Int(number))});
    }
    transaction.statements.push_back({kNothing, std::nullopt, std::move(Params().Int(number))});
    transaction.statements.push_back({kNumber, std::nullopt, std::move(Params().Int(number))});
    database_.Run(std::move(transaction), [this, number, kind, text](auto results) {
      Take(results, number, kind, text);
      Ask(number + 1, kind);
      Leave();
    });
  }

  void Take(const absl::StatusOr<Database::Results>& results, int64_t number, int kind,
            const std::string& text) {
    // The errors of a lost connection are answers, too.
    const bool right = results.ok() ? IsRight(*results, number, kind, text)
                                    : absl::IsUnavailable(results.status());
    MutexLock lock(mu_);
    if (!right) ++wrong_;
    if (results.ok()) ++answered_;
    changed_.NotifyAll(mu_);
  }

  static bool IsRight(const Database::Results& results, int64_t number, int kind,
                      const std::string& text) {
    size_t i = 0;
    if (kind % 2 == 0) {
      const Rows& rows = results[i++];
      if (rows.size() != 1 || rows.GetText(0, 0) != text) return false;
    }
    if (kind % 3 == 0) {
      const Rows& rows = results[i++];
      if (rows.size() != 50 || rows.GetInt(49, 1) != number) return false;
    }
    if (results[i++].size() != 0) return false;
    return results[i].size() == 1 && results[i].GetInt(0, 0) == number && i + 1 == results.size();
  }

  void Leave() {
    MutexLock lock(mu_);
    --asking_;
    changed_.NotifyAll(mu_);
  }

  Database& database_;
  mutable Mutex mu_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  int64_t asking_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t answered_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t wrong_ ABSL_GUARDED_BY(mu_) = 0;
};

TEST(LostConnectionsTest, EveryAnswerIsToItsQuestion) {
  constexpr int kCallers = 200;
  constexpr int kLosses = 200;
  const TestDatabase postgres;
  ChaosProxy proxy(test::PortOf(postgres.url()));
  const auto database = Database::Create({.url = test::Through(proxy, postgres.url()),
                                          .max_wait = absl::Seconds(60),
                                          .min_backoff = absl::Milliseconds(1),
                                          .max_backoff = absl::Milliseconds(5)},
                                         [](bool) {});
  ASSERT_TRUE(database.ok());
  Callers callers(**database);
  callers.Start(kCallers);
  std::minstd_rand random(20261129);
  for (int loss = 0; loss < kLosses; ++loss) {
    callers.AwaitAnswers(static_cast<int>(random() % 100) + 1);
    switch (random() % 3) {
      case 0:
        proxy.Reset();
        break;
      case 1:
        proxy.HalfClose();
        break;
      default:
        postgres.CutConnections();
    }
  }
  callers.AwaitAnswers(kCallers);
  callers.Stop();
  (*database)->Stop();
  EXPECT_EQ(callers.wrong(), 0);
  EXPECT_EQ((*database)->stats().wrong_answers, 0U);
}

}  // namespace
}  // namespace chatter::postgres
