// How many bytes of replies may wait for clients to read them.
//
// A reply of a unary call stays in memory until its client has taken it. A client that calls and
// doesn't read could hold any amount. So there is a bound for each caller, for each connection and
// for all together; beyond it, further calls are refused until the client has read something.
//
// Counts the bytes on the wire; in memory they are about three times as many.
//
// Thread-safe.
#ifndef CHATTER_SERVER_INTERCEPTORS_REPLY_BUDGET_H_
#define CHATTER_SERVER_INTERCEPTORS_REPLY_BUDGET_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "common/mutex.h"

namespace chatter::interceptors {

class ReplyBudget {
 public:
  struct Limits {
    size_t caller = size_t{16} << 20;
    size_t connection = size_t{32} << 20;  // a gateway's carries many callers
    size_t all = size_t{128} << 20;
  };
  // Whose reply it is. Opaque texts.
  struct Owner {
    std::string caller;
    std::string connection;
  };

  // The bytes that a reply takes. They are given back when this is destroyed.
  class Hold {
   public:
    Hold() = default;
    Hold(Hold&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)),
          owner_(std::move(other.owner_)),
          bytes_(other.bytes_) {}
    Hold& operator=(Hold&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(owner_, other.owner_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Hold() {
      if (budget_ != nullptr) budget_->GiveBack(owner_, bytes_);
    }

   private:
    friend class ReplyBudget;
    Hold(ReplyBudget& budget, Owner owner, size_t bytes)
        : budget_(&budget), owner_(std::move(owner)), bytes_(bytes) {}

    ReplyBudget* budget_ = nullptr;
    Owner owner_;
    size_t bytes_ = 0;
  };

  ReplyBudget() : ReplyBudget(Limits()) {}
  explicit ReplyBudget(const Limits& limits) : limits_(limits) {}

  // Replies that are no larger than that are neither counted nor refused once they are made.
  static constexpr size_t kSmallBytes = size_t{4} << 10;

  // So little waits that nobody can be at a bound: Check isn't needed.
  bool quiet() const { return all_.load(std::memory_order_relaxed) < limits_.caller; }
  // Whether one more reply may be made. Errors: RESOURCE_EXHAUSTED (OVERLOADED), with RetryInfo.
  absl::Status Check(const Owner& owner);
  // A reply of more than kSmallBytes has been made. It may go beyond the bounds; the next one isn't
  // made then.
  Hold Take(Owner owner, size_t bytes);

  struct Stats {
    size_t bytes = 0;
    size_t limit = 0;
    uint64_t refused = 0;
  };
  Stats stats() const;

 private:
  using Counts = absl::flat_hash_map<std::string, size_t>;

  static size_t Find(const Counts& counts, const std::string& key);
  static void Subtract(Counts& counts, const std::string& key, size_t bytes);
  void GiveBack(const Owner& owner, size_t bytes);

  const Limits limits_;

  mutable Mutex mu_;
  Counts callers_ ABSL_GUARDED_BY(mu_);
  Counts connections_ ABSL_GUARDED_BY(mu_);
  std::atomic<size_t> all_ = 0;  // changes with them
  uint64_t refused_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_REPLY_BUDGET_H_
