#include "server/identity/jwks_cache.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/hash/hash.h"
#include "server/identity/jwks_source.h"
#include "server/model/errors.h"

namespace chatter::identity {
namespace {

constexpr absl::Duration kMinBackoff = absl::Seconds(1);
constexpr absl::Duration kRetryAfter = absl::Seconds(5);

absl::Status KeysUnavailableError() {
  return MakeRetryableError(absl::StatusCode::kUnavailable, v1::ERROR_REASON_TOKEN_KEYS_UNAVAILABLE,
                            "The keys of the token's issuer can't be fetched right now. Retry a "
                            "little later.",
                            kRetryAfter);
}

absl::StatusOr<JwkSetPtr> AnswerOf(const JwkSetPtr& keys) {
  if (keys == nullptr) return KeysUnavailableError();
  return keys;
}

absl::Status OverloadedError() {
  return MakeRetryableError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_OVERLOADED,
                            "Too many calls are waiting for the keys of token issuers. Retry a "
                            "little later.",
                            kRetryAfter);
}

}  // namespace

JwksCache::~JwksCache() { stopping_ = true; }

void JwksCache::Get(const std::string& uri, const Wanted& wanted, SteadyTime deadline,
                    Callback<JwkSetPtr> done) {
  absl::StatusOr<JwkSetPtr> answer = OverloadedError();
  {
    MutexLock lock(mu_);
    Source* const source = FindSource(uri);
    const SteadyTime now = clock_.Steady();
    const Plan plan = source == nullptr ? Plan::kRefuse : Decide(*source, wanted, now);
    if (plan == Plan::kAnswerAndFetch || plan == Plan::kFetchAndWait) BeginFetch(*source);
    if (plan == Plan::kFetchAndWait || plan == Plan::kWait) {
      source->waiters.push_back({deadline, std::move(done)});
      return;
    }
    if (plan != Plan::kRefuse) answer = AnswerOf(Usable(*source, now));
  }
  done(std::move(answer));
}

std::optional<JwkSetPtr> JwksCache::Peek(const std::string& uri) {
  MutexLock lock(mu_);
  Source* const source = FindSource(uri);
  if (source == nullptr) return std::nullopt;
  const SteadyTime now = clock_.Steady();
  const bool due = now - source->fetched > source->timing->refresh_after;
  if (due && !source->fetching && now >= source->next_attempt) BeginFetch(*source);
  if (source->keys == nullptr && source->failures == 0) return std::nullopt;
  return Usable(*source, now);
}

JwksCache::Source* JwksCache::FindSource(const std::string& uri) {
  const auto found = index_.find(uri);
  if (found != index_.end()) {
    sources_.splice(sources_.begin(), sources_, found->second);
    return &sources_.front();
  }
  if (sources_.size() >= kMaxSources) {
    // The least recently used goes; those that are being fetched are waited for.
    const auto idle = std::find_if(sources_.rbegin(), sources_.rend(),
                                   [](const Source& source) { return !source.fetching; });
    if (idle == sources_.rend()) return nullptr;
    index_.erase(idle->uri);
    sources_.erase(std::next(idle).base());
  }
  Source& source = sources_.emplace_front();
  source.uri = uri;
  source.timing = IsJwksFile(uri) ? &kFileTiming : &kWebTiming;
  index_.emplace(uri, sources_.begin());
  return &source;
}

JwksCache::Plan JwksCache::Decide(const Source& source, const Wanted& wanted,
                                  SteadyTime now) const {
  const bool may_fetch = !source.fetching && now >= source.next_attempt;
  const Plan wait = !source.fetching                       ? Plan::kFetchAndWait
                    : source.waiters.size() >= kMaxWaiters ? Plan::kRefuse
                                                           : Plan::kWait;
  const JwkSetPtr keys = Usable(source, now);
  const bool can_wait = may_fetch || source.fetching;
  if (keys == nullptr) return can_wait ? wait : Plan::kAnswer;
  const absl::Duration age = now - source.fetched;
  // Nobody waits for a source that didn't answer the last time.
  const bool must_wait =
      (age > source.timing->wait_after && source.failures == 0) || (wanted && !wanted(*keys));
  if (must_wait && can_wait) return wait;
  return may_fetch && age > source.timing->refresh_after ? Plan::kAnswerAndFetch : Plan::kAnswer;
}

JwkSetPtr JwksCache::Usable(const Source& source, SteadyTime now) const {
  if (now - source.fetched > source.timing->usable_for) return nullptr;
  return source.keys;
}

void JwksCache::BeginFetch(Source& source) {
  source.fetching = true;
  // Files have a worker of their own: they are never slow.
  const size_t place =
      source.timing == &kFileTiming ? 0 : 1 + absl::HashOf(source.uri) % (workers_.size() - 1);
  workers_[place].Post([this, uri = source.uri] { Fetch(uri); });
}

void JwksCache::Fetch(const std::string& uri) {
  Fetched fetched = Read(uri);
  std::vector<Waiter> waiters;
  JwkSetPtr usable;
  int failures_before = 0;
  {
    MutexLock lock(mu_);
    Source& source = *index_.at(uri);  // stays while it is being fetched
    failures_before = source.failures;
    if (fetched.status.ok()) {
      Succeed(source, fetched);
    } else {
      Fail(source);
    }
    source.fetching = false;
    waiters.swap(source.waiters);
    usable = Usable(source, clock_.Steady());
  }
  LogFetch(uri, fetched, failures_before);
  for (Waiter& waiter : waiters) waiter.done(AnswerOf(usable));
}

JwksCache::Fetched JwksCache::Read(const std::string& uri) {
  Fetched fetched;
  auto text = stopping_ ? absl::CancelledError("the server stops") : fetcher_(uri);
  fetched.status = text.status();
  if (!text.ok()) return fetched;
  {
    MutexLock lock(mu_);
    const Source& source = *index_.at(uri);
    if (source.keys != nullptr && source.text == *text) return fetched;
  }
  auto keys =
      JwkSet::Parse(*text, IsJwksFile(uri) ? JwkSet::Secrets::kAllowed : JwkSet::Secrets::kRefused);
  fetched.status = keys.status();
  if (!keys.ok()) return fetched;
  fetched.text = *std::move(text);
  fetched.keys = std::make_shared<const JwkSet>(*std::move(keys));
  return fetched;
}

// The first failure in a row, and each change.
void JwksCache::LogFetch(const std::string& uri, const Fetched& fetched, int failures_before) {
  if (!fetched.status.ok()) {
    if (failures_before > 0 || absl::IsCancelled(fetched.status)) return;
    const absl::string_view problem = fetched.status.message();
    spdlog::warn("the keys of a token issuer can't be fetched: uri={} problem={}", uri,
                 std::string_view(problem.data(), problem.size()));
  } else if (fetched.keys != nullptr) {
    spdlog::info("the keys of a token issuer are new: uri={} keys={} left_out={}", uri,
                 fetched.keys->keys().size(), fetched.keys->problems().size());
  } else if (failures_before > 0) {
    spdlog::info("the keys of a token issuer can be fetched again: uri={}", uri);
  }
}

void JwksCache::Succeed(Source& source, Fetched& fetched) {
  if (fetched.keys != nullptr) {
    source.text = std::move(fetched.text);
    source.keys = fetched.keys;
  }
  source.failures = 0;
  source.fetched = clock_.Steady();
  source.next_attempt = source.fetched + source.timing->between_fetches;
}

void JwksCache::Fail(Source& source) {
  // Up to 2^20 times as long, and by then at its bound. Half of the pause is left to chance, so
  // that servers don't come back together.
  const double factor = static_cast<double>(1 << std::min(source.failures, 20));
  const absl::Duration pause = std::min(kMinBackoff * factor, source.timing->max_backoff);
  ++source.failures;
  source.next_attempt = clock_.Steady() + pause * absl::Uniform(random_, 0.5, 1.0);
}

void JwksCache::Tick() {
  std::vector<Waiter> late;
  {
    MutexLock lock(mu_);
    const SteadyTime now = clock_.Steady();
    for (Source& source : sources_) {
      const auto first_late =
          std::stable_partition(source.waiters.begin(), source.waiters.end(),
                                [now](const Waiter& waiter) { return waiter.deadline > now; });
      std::move(first_late, source.waiters.end(), std::back_inserter(late));
      source.waiters.erase(first_late, source.waiters.end());
    }
  }
  for (Waiter& waiter : late) waiter.done(KeysUnavailableError());
}

}  // namespace chatter::identity
