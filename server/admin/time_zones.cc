#include "server/admin/time_zones.h"

namespace chatter::admin {

void TimeZones::Has(const std::string& name, Callback<bool> done) {
  cache_.Get(
      Key::kAll,
      [&](const auto& request, Callback<Names> loaded) {
        lookup_(request.deadline,
                [loaded = std::move(loaded)](
                    const absl::StatusOr<std::vector<std::string>>& names) mutable {
                  if (!names.ok()) return loaded(names.status());
                  loaded(std::make_shared<const absl::flat_hash_set<std::string>>(names->begin(),
                                                                                  names->end()));
                });
      },
      Then(std::move(done),
           [name](const Names& names, auto& answer) { answer(names->contains(name)); }));
}

}  // namespace chatter::admin
