#include "server/identity/strangers.h"

#include <algorithm>
#include <optional>

#include "server/model/errors.h"

namespace chatter::identity {
namespace {

absl::Status TooManyStrangersError() {
  return MakeRetryableError(
      absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_OVERLOADED,
      "Too many unknown credentials and tenants are being looked up. Retry a little later.",
      absl::Seconds(1));
}

}  // namespace

// How many look-ups of each network have come to nothing of late.
class Strangers::Failures {
 public:
  Failures(const Options& options, const Clock& clock) : options_(options), clock_(clock) {}

  // Whether the network may fail once more.
  bool HasRoom(const std::string& network) {
    MutexLock lock(mu_);
    const auto found = counts_.find(network);
    if (found == counts_.end() || CountNow(found->second) + 1 <= options_.failures_at_once) {
      return true;
    }
    ++refused_;
    return false;
  }

  void Add(const std::string& network) {
    MutexLock lock(mu_);
    if (counts_.size() >= options_.max_networks) MakeRoom();
    Count& count = counts_[network];
    count = {.failures = CountNow(count) + 1, .at = clock_.Steady()};
  }

  uint64_t refused() const {
    MutexLock lock(mu_);
    return refused_;
  }

 private:
  struct Count {
    double failures = 0;
    SteadyTime at = SteadyTime::InfinitePast();
  };

  // They are forgotten one after the other.
  double CountNow(const Count& count) const {
    const double forgotten =
        absl::ToDoubleSeconds(clock_.Steady() - count.at) * options_.failures_per_second;
    return std::max(count.failures - forgotten, 0.0);
  }

  // Of many networks at once no one is to blame: then the bound for all together has to do.
  void MakeRoom() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    absl::erase_if(counts_, [this](const auto& count) { return CountNow(count.second) == 0; });
    if (counts_.size() > options_.max_networks / 2) counts_.clear();
  }

  const Options options_;
  const Clock& clock_;

  mutable Mutex mu_;
  absl::flat_hash_map<std::string, Count> counts_ ABSL_GUARDED_BY(mu_);
  uint64_t refused_ ABSL_GUARDED_BY(mu_) = 0;
};

void Strangers::Visit::Failed() { failures_->Add(network_); }

Strangers::Strangers(const Options& options, const Clock& clock)
    : failures_(std::make_shared<Failures>(options, clock)), turns_(options.turns) {}

void Strangers::Admit(const std::string& network, const std::string& group, Callback<Visit> begin) {
  if (!failures_->HasRoom(network)) return begin(TooManyStrangersError());
  turns_.Enter(group, [failures = failures_, network,
                       begin = std::move(begin)](std::optional<Turnstile::Pass> pass) mutable {
    // Those before it may have failed meanwhile.
    if (!pass.has_value() || !failures->HasRoom(network)) return begin(TooManyStrangersError());
    begin(Visit(*std::move(pass), std::move(failures), network));
  });
}

Turnstile::Stats Strangers::stats() const {
  Turnstile::Stats stats = turns_.stats();
  stats.refused += failures_->refused();
  return stats;
}

}  // namespace chatter::identity
