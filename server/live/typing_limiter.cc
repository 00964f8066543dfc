#include "server/live/typing_limiter.h"

#include <algorithm>

namespace chatter::live {

bool TypingLimiter::Admit(const std::string& user_id, bool active, size_t followers,
                          SteadyTime now) {
  absl::erase_if(typing_, [now](const auto& told) { return now - told.second >= kForgetAfter; });
  const auto told = typing_.find(user_id);
  const bool is_news =
      active ? told == typing_.end() || now - told->second >= kRepeatAfter : told != typing_.end();
  if (!is_news || !TakeTokens(followers, now)) return false;
  if (active) {
    typing_[user_id] = now;
  } else {
    typing_.erase(told);
  }
  return true;
}

bool TypingLimiter::TakeTokens(size_t followers, SteadyTime now) {
  const double filled = absl::ToDoubleSeconds(now - filled_at_) * kDeliveriesPerSecond;
  tokens_ = std::clamp(tokens_ + filled, tokens_, kDeliveriesPerSecond);
  filled_at_ = now;
  const double cost = std::min(static_cast<double>(followers), kDeliveriesPerSecond);
  if (tokens_ < cost) return false;
  tokens_ -= cost;
  return true;
}

}  // namespace chatter::live
