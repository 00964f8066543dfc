#include "server/chat/settings_calls.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/chat/permissions.h"
#include "server/model/errors.h"

namespace chatter::chat {
namespace {

using SettingsUpdate = store::SettingsStore::Update;

constexpr std::string_view kSearchLanguage = "search_language";
constexpr int64_t kMaxRewriteWindowSeconds = int64_t{3'650} * 24 * 3'600;

bool IsFeature(int number) {
  return v1::Feature_IsValid(number) && number != v1::FEATURE_UNSPECIFIED;
}

std::vector<Feature> ParseFeatures(const v1::Settings& settings, FieldViolations& violations) {
  std::vector<Feature> features;
  for (int i = 0; i < settings.disabled_features_size(); ++i) {
    const auto feature = static_cast<Feature>(settings.disabled_features(i));
    const std::string path = absl::StrCat("settings.disabled_features[", i, "]");
    if (!IsFeature(settings.disabled_features(i))) {
      violations.Add(path, "must be a feature that this server knows");
    } else if (std::find(features.begin(), features.end(), feature) != features.end()) {
      violations.Add(path, "must differ from the features before it");
    } else {
      features.push_back(feature);  // the numbers are the same
    }
  }
  return features;
}

absl::Duration ParseRewriteWindow(const v1::Settings& settings, FieldViolations& violations) {
  if (!settings.has_rewrite_window()) return absl::InfiniteDuration();
  const auto& window = settings.rewrite_window();
  if (window.seconds() < 1 || window.seconds() > kMaxRewriteWindowSeconds || window.nanos() != 0) {
    violations.Add("settings.rewrite_window", "must be whole seconds, from 1 second to 3,650 days");
  }
  return absl::Seconds(window.seconds());
}

SettingsUpdate ParseUpdate(const v1::Settings& settings, const std::vector<std::string>& mask,
                           FieldViolations& violations) {
  SettingsUpdate update;
  if (mask.empty()) violations.Add("update_mask", "must name at least one field");
  for (const std::string& path : mask) {
    if (path == "disabled_features") {
      update.disabled_features = ParseFeatures(settings, violations);
    } else if (path == "rewrite_window") {
      update.rewrite_window = ParseRewriteWindow(settings, violations);
    } else if (path == "forgets_edits") {
      update.forgets_edits = settings.forgets_edits();
    } else if (path != kSearchLanguage) {
      violations.Add("update_mask",
                     "may name `disabled_features`, `rewrite_window`, `forgets_edits` and "
                     "`search_language`");
    }
  }
  return update;
}

}  // namespace

void SettingsCalls::Get(const Caller& caller, Callback<Settings> done) {
  if (absl::Status status = RequireUserOrService(caller); !status.ok()) {
    return done(std::move(status));
  }
  settings_.Find(*caller.tenant,
                 [done = std::move(done)](absl::StatusOr<TenantSettings::Ptr> found) mutable {
                   if (!found.ok()) return done(std::move(found).status());
                   done(**found);
                 });
}

void SettingsCalls::Update(const Caller& caller, const v1::Settings& settings,
                           const std::vector<std::string>& mask, Callback<Settings> done) {
  if (absl::Status status = RequireService(caller); !status.ok()) return done(std::move(status));
  FieldViolations violations;
  const SettingsUpdate update = ParseUpdate(settings, mask, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  if (std::find(mask.begin(), mask.end(), kSearchLanguage) == mask.end()) {
    return Store(caller, update, std::move(done));
  }
  // First what may still fail.
  search_.SetLanguage(
      caller, settings.search_language(),
      [this, caller, update, done = std::move(done)](const absl::Status& set) mutable {
        if (!set.ok()) return done(set);
        Store(caller, update, std::move(done));
      });
}

void SettingsCalls::Store(const Caller& caller, const SettingsUpdate& update,
                          Callback<Settings> done) {
  store_.Change(*caller.tenant, update, caller.deadline,
                [this, tenant = *caller.tenant,
                 done = std::move(done)](absl::StatusOr<Settings> changed) mutable {
                  // Even where it has failed: it may have happened.
                  settings_.Forget(tenant);
                  presence_.OnSettingsChanged(tenant);
                  done(std::move(changed));
                });
}

}  // namespace chatter::chat
