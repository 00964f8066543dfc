#include "server/tenants/search_languages.h"

namespace chatter::tenants {

void SearchLanguages::See(const TenantKey& tenant, const Settings& settings) {
  const auto& change = settings.search_language_change;
  const bool is_wanted = change.has_value() && change->sqlstate.empty();
  {
    MutexLock lock(mu_);
    if (draining_) return;
    const auto settled = settled_.find(tenant.name);
    const bool is_settled = settled != settled_.end() && settled->second == tenant.stamp;
    if (!is_wanted && (settings.search_language.empty() || is_settled)) return;
    if (const auto found = waiting_.find(tenant); found != waiting_.end()) {
      found->second |= is_wanted;
      return;
    }
    if (waiting_.size() >= kMaxWaiting) return;
    waiting_.emplace(tenant, false);
  }
  worker_.Post([this, tenant] { Settle(tenant); });
}

void SearchLanguages::Settle(const TenantKey& tenant) {
  {
    MutexLock lock(mu_);
    if (draining_) return;
    waiting_[tenant] = false;
  }
  const bool settled = index_.Settle(tenant).ok();
  bus_.Publish(bus::SettingsChanged{tenant});
  MutexLock lock(mu_);
  if (settled) settled_.insert_or_assign(tenant.name, tenant.stamp);
  if (settled && waiting_[tenant]) {
    worker_.Post([this, tenant] { Settle(tenant); });
  } else {
    waiting_.erase(tenant);
  }
}

void SearchLanguages::Drain() {
  {
    MutexLock lock(mu_);
    draining_ = true;
  }
  index_.Stop();
}

}  // namespace chatter::tenants
