// A cache of what a slow, asynchronous lookup found, whether it found something or nothing.
//
// The least recently used entries go first. No entry is served that is older than `ttl`, counted
// from the beginning of its load. Concurrent lookups of one key share one load. Errors are not
// cached.
// Keys for which nothing was found are kept apart, so that a flood of made-up keys doesn't push out
// the others. An entry that is too old to be served still tells that its key was found once.
// A load's deadline is the cache's own, not a caller's: a caller in a hurry must not fail the
// others.
//
// Thread-safe. No lock is held while the loader or a callback runs. Destroying the cache is safe
// with loads under way: those who wait are called when their load ends.
#ifndef CHATTER_SERVER_IDENTITY_BOUNDED_CACHE_H_
#define CHATTER_SERVER_IDENTITY_BOUNDED_CACHE_H_

#include <cstdint>
#include <list>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "server/base/callback.h"
#include "server/base/clock.h"
#include "server/model/errors.h"

namespace chatter::identity {

struct CacheOptions {
  size_t capacity = 10'000;                        // entries of either sort, at least 1
  absl::Duration ttl = absl::Seconds(2);           // how old an answer may be
  absl::Duration load_timeout = absl::Seconds(5);  // how long a load may take
  size_t max_loads = 4'000;                        // under way at once
  size_t max_waiters = 10'000;                     // for one load
};

struct CacheStats {
  size_t entries = 0;
  size_t capacity = 0;
  uint64_t hits = 0;
  uint64_t misses = 0;     // joined a load, began one or were refused
  uint64_t evictions = 0;  // for want of room
  uint64_t refusals = 0;   // RESOURCE_EXHAUSTED
};

// `Key` must be hashable by Abseil; `Value` copyable, optional<...> where there may be nothing.
template <typename Key, typename Value>
class BoundedCache {
 public:
  struct LoadRequest {
    SteadyTime deadline;
    bool known = false;  // there was something, the last time that anybody looked
  };
  // Looks up what is asked for. Must call back by the deadline, whatever happens.
  using Loader = absl::FunctionRef<void(const LoadRequest&, Callback<Value>)>;
  // Whether a value says that there is nothing.
  using IsNothing = bool (*)(const Value&);

  // `clock` must outlive the cache and its loads.
  BoundedCache(
      CacheOptions options, const Clock& clock,
      IsNothing is_nothing = [](const Value&) { return false; })
      : state_(std::make_shared<State>(options, clock, is_nothing)) {}

  // Calls back at once if the answer is at hand; else calls `load`, unless somebody else's load for
  // this key is under way. Errors: the load's; RESOURCE_EXHAUSTED (OVERLOADED) at one of the
  // bounds.
  void Get(const Key& key, Loader load, Callback<Value> done) {
    State::Get(state_, key, load, std::move(done));
  }

  // Whoever asks from now on gets an answer that was looked up after this.
  void Forget(const Key& key) { state_->Forget(key); }

  void ForgetAll() { state_->ForgetAll(); }

  CacheStats stats() const { return state_->stats(); }

 private:
  // One run of the loader, and who waits for it.
  struct Load {
    SteadyTime begun;
    bool known = false;
    std::vector<Callback<Value>> waiters;  // guarded by the state's mu_
  };

  class State {
   public:
    State(CacheOptions options, const Clock& clock, IsNothing is_nothing)
        : options_(options), clock_(clock), is_nothing_(is_nothing) {}

    static void Get(const std::shared_ptr<State>& self, const Key& key, Loader load,
                    Callback<Value> done);
    void Forget(const Key& key);
    void ForgetAll();
    CacheStats stats() const;

   private:
    struct Entry {
      Key key;
      Value value;
      bool is_nothing;
      SteadyTime expires;
    };
    using Entries = std::list<Entry>;

    Entries& ListOf(bool is_nothing) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
      return is_nothing ? nothings_ : entries_;
    }

    // The value, if it is there and fresh.
    const Value* FindFresh(const Key& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
    // Waits for a load that is under way or begins one, which is then in `begun`. false: refused,
    // and `done` is untouched.
    bool Join(const Key& key, Callback<Value>& done, std::shared_ptr<Load>& begun)
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
    void Finish(const Key& key, const std::shared_ptr<Load>& load, absl::StatusOr<Value> result);
    void Store(const Key& key, const Value& value, SteadyTime expires)
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
    void Erase(const Key& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

    const CacheOptions options_;
    const Clock& clock_;
    const IsNothing is_nothing_;

    mutable Mutex mu_;
    // Most recently used first. Of what is too old to be served, the former are kept.
    Entries entries_ ABSL_GUARDED_BY(mu_);
    Entries nothings_ ABSL_GUARDED_BY(mu_);
    absl::flat_hash_map<Key, typename Entries::iterator> index_ ABSL_GUARDED_BY(mu_);
    // The loads that may still be joined; Forget takes them out.
    absl::flat_hash_map<Key, std::shared_ptr<Load>> loads_ ABSL_GUARDED_BY(mu_);
    size_t loads_under_way_ ABSL_GUARDED_BY(mu_) = 0;  // those that Forget took out included
    CacheStats stats_ ABSL_GUARDED_BY(mu_);            // its counters
  };

  const std::shared_ptr<State> state_;  // shared with the loads under way
};

template <typename Key, typename Value>
void BoundedCache<Key, Value>::State::Get(const std::shared_ptr<State>& self, const Key& key,
                                          Loader load, Callback<Value> done) {
  std::shared_ptr<Load> begun;
  absl::StatusOr<Value> answer = absl::UnknownError("");
  {
    MutexLock lock(self->mu_);
    if (const Value* value = self->FindFresh(key)) {
      ++self->stats_.hits;
      answer = *value;
    } else {
      ++self->stats_.misses;
      if (self->Join(key, done, begun)) {
        if (begun == nullptr) return;
      } else {
        ++self->stats_.refusals;
        answer = MakeRetryableError(
            absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_OVERLOADED,
            "Too many lookups are waiting already. Retry a little later.", absl::Seconds(1));
      }
    }
  }
  if (begun == nullptr) return done(std::move(answer));
  load({.deadline = begun->begun + self->options_.load_timeout, .known = begun->known},
       [self, key, begun](absl::StatusOr<Value> result) {
         self->Finish(key, begun, std::move(result));
       });
}

template <typename Key, typename Value>
const Value* BoundedCache<Key, Value>::State::FindFresh(const Key& key) {
  const auto found = index_.find(key);
  if (found == index_.end()) return nullptr;
  const bool is_nothing = found->second->is_nothing;
  if (found->second->expires <= clock_.Steady()) {
    if (is_nothing) Erase(key);
    return nullptr;
  }
  Entries& list = ListOf(is_nothing);
  list.splice(list.begin(), list, found->second);
  return &list.front().value;
}

template <typename Key, typename Value>
bool BoundedCache<Key, Value>::State::Join(const Key& key, Callback<Value>& done,
                                           std::shared_ptr<Load>& begun) {
  const auto found = loads_.find(key);
  if (found != loads_.end()) {
    if (found->second->waiters.size() >= options_.max_waiters) return false;
    found->second->waiters.push_back(std::move(done));
    return true;
  }
  if (loads_under_way_ >= options_.max_loads) return false;
  begun = std::make_shared<Load>();
  begun->begun = clock_.Steady();
  begun->known = index_.contains(key);  // what is nothing and too old is no longer there
  begun->waiters.push_back(std::move(done));
  loads_.emplace(key, begun);
  ++loads_under_way_;
  return true;
}

template <typename Key, typename Value>
void BoundedCache<Key, Value>::State::Finish(const Key& key, const std::shared_ptr<Load>& load,
                                             absl::StatusOr<Value> result) {
  std::vector<Callback<Value>> waiters;
  {
    MutexLock lock(mu_);
    --loads_under_way_;
    waiters.swap(load->waiters);
    const auto found = loads_.find(key);
    if (found != loads_.end() && found->second == load) {
      loads_.erase(found);
      const SteadyTime expires = load->begun + options_.ttl;
      // What is too old to be served already is known from now on all the same.
      const bool worth_keeping =
          result.ok() && (expires > clock_.Steady() || !is_nothing_(*result));
      if (worth_keeping) Store(key, *result, expires);
    }
  }
  for (auto& waiter : waiters) waiter(result);
}

template <typename Key, typename Value>
void BoundedCache<Key, Value>::State::Store(const Key& key, const Value& value,
                                            SteadyTime expires) {
  Erase(key);
  const bool is_nothing = is_nothing_(value);
  Entries& list = ListOf(is_nothing);
  if (list.size() >= options_.capacity) {
    index_.erase(list.back().key);
    list.pop_back();
    ++stats_.evictions;
  }
  list.push_front(Entry{key, value, is_nothing, expires});
  index_.emplace(key, list.begin());
}

template <typename Key, typename Value>
void BoundedCache<Key, Value>::State::Erase(const Key& key) {
  const auto found = index_.find(key);
  if (found == index_.end()) return;
  ListOf(found->second->is_nothing).erase(found->second);
  index_.erase(found);
}

template <typename Key, typename Value>
void BoundedCache<Key, Value>::State::Forget(const Key& key) {
  MutexLock lock(mu_);
  Erase(key);
  loads_.erase(key);
}

template <typename Key, typename Value>
void BoundedCache<Key, Value>::State::ForgetAll() {
  MutexLock lock(mu_);
  for (const Entry& nothing : nothings_) index_.erase(nothing.key);
  nothings_.clear();
  for (Entry& entry : entries_) entry.expires = SteadyTime::InfinitePast();
  loads_.clear();
}

template <typename Key, typename Value>
CacheStats BoundedCache<Key, Value>::State::stats() const {
  MutexLock lock(mu_);
  CacheStats stats = stats_;
  stats.entries = entries_.size() + nothings_.size();
  stats.capacity = 2 * options_.capacity;
  return stats;
}

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_BOUNDED_CACHE_H_
