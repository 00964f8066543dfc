#include "server/admin/settings_calls.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/model/errors.h"
#include "server/model/field_mask.h"
#include "server/store/search_language.h"

namespace chatter::admin {
namespace {

using SettingsUpdate = store::SettingsStore::Update;

constexpr std::string_view kNoSuchLanguage =
    "must be a text search configuration of PostgreSQL, such as `english`, or empty";
constexpr int64_t kMaxRewriteWindowSeconds = int64_t{3'650} * 24 * 3'600;

absl::Status UnknownLanguageError() {
  FieldViolations violations;
  violations.Add("settings.search_language", kNoSuchLanguage);
  return violations.ToStatus();
}

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

// Whether there is such a language, PostgreSQL knows.
std::string ParseLanguage(const v1::Settings& settings, FieldViolations& violations) {
  const std::string& language = settings.search_language();
  if (!language.empty() && !store::SearchLanguage::Parse(language).has_value()) {
    violations.Add("settings.search_language", kNoSuchLanguage);
  }
  return language;
}

SettingsUpdate ParseUpdate(const v1::Settings& settings, const std::vector<std::string>& mask,
                           FieldViolations& violations) {
  SettingsUpdate update;
  for (const std::string& path :
       ParseUpdateMask(settings, mask,
                       {"disabled_features", "rewrite_window", "forgets_edits", "search_language"},
                       violations)) {
    if (path == "disabled_features") {
      update.disabled_features = ParseFeatures(settings, violations);
    } else if (path == "rewrite_window") {
      update.rewrite_window = ParseRewriteWindow(settings, violations);
    } else if (path == "forgets_edits") {
      update.forgets_edits = settings.forgets_edits();
    } else {
      update.search_language = ParseLanguage(settings, violations);
    }
  }
  return update;
}

}  // namespace

void SettingsCalls::Get(const TenantCaller& caller, Callback<Settings> done) {
  settings_.Find(
      caller.tenant(),
      Then(std::move(done), [this, tenant = caller.tenant()](
                                const tenants::TenantSettings::Ptr& found, auto& answer) mutable {
        languages_.See(tenant, *found);
        answer(*found);
      }));
}

void SettingsCalls::Update(const ServiceCaller& caller, const v1::Settings& settings,
                           const std::vector<std::string>& mask, Callback<Settings> done) {
  FieldViolations violations;
  const SettingsUpdate update = ParseUpdate(settings, mask, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  store_.Change(caller.tenant(), update, caller.deadline(),
                [this, tenant = caller.tenant(),
                 done = std::move(done)](absl::StatusOr<std::optional<Settings>> changed) mutable {
                  OnChanged(tenant, changed);
                  if (!changed.ok()) return done(std::move(changed).status());
                  if (!changed->has_value()) return done(UnknownLanguageError());
                  done(**std::move(changed));
                });
}

void SettingsCalls::OnChanged(const TenantKey& tenant,
                              const absl::StatusOr<std::optional<Settings>>& changed) {
  // Even where it has failed: it may have happened.
  bus_.Publish(bus::SettingsChanged{tenant});
  if (changed.ok() && changed->has_value()) languages_.See(tenant, **changed);
}

}  // namespace chatter::admin
