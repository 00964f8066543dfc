#include "server/interceptors/reply_budget.h"

#include "server/model/errors.h"

namespace chatter::interceptors {

absl::Status ReplyBudget::Check(const Owner& owner) {
  MutexLock lock(mu_);
  if (Find(callers_, owner.caller) < limits_.caller &&
      Find(connections_, owner.connection) < limits_.connection && all_ < limits_.all) {
    return absl::OkStatus();
  }
  ++refused_;
  return MakeRetryableError(
      absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_OVERLOADED,
      "Too many bytes of replies wait to be read, of this caller, on this connection, or in all. "
      "Read them, then retry.",
      absl::Seconds(1));
}

ReplyBudget::Hold ReplyBudget::Take(Owner owner, size_t bytes) {
  {
    MutexLock lock(mu_);
    callers_[owner.caller] += bytes;
    connections_[owner.connection] += bytes;
    all_ += bytes;
  }
  return Hold(*this, std::move(owner), bytes);
}

ReplyBudget::Stats ReplyBudget::stats() const {
  MutexLock lock(mu_);
  return {.bytes = all_, .limit = limits_.all, .refused = refused_};
}

size_t ReplyBudget::Find(const Counts& counts, const std::string& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

void ReplyBudget::Subtract(Counts& counts, const std::string& key, size_t bytes) {
  const auto found = counts.find(key);
  found->second -= bytes;
  if (found->second == 0) counts.erase(found);
}

void ReplyBudget::GiveBack(const Owner& owner, size_t bytes) {
  MutexLock lock(mu_);
  Subtract(callers_, owner.caller, bytes);
  Subtract(connections_, owner.connection, bytes);
  all_ -= bytes;
}

}  // namespace chatter::interceptors
