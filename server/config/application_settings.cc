#include "server/config/application_settings.h"

#include <optional>
#include <utility>

#include "server/config/django_key_file.h"
#include "server/identity/cookie.h"

namespace chatter::config {
namespace {

constexpr char kRight[] = "";
constexpr char kNoColumn[] = "none";
constexpr char kMustBeTable[] =
    "must be a table's name, such as auth_user (in each tenant's schema) or public.auth_user: a-z, "
    "A-Z, 0-9 and _, up to 63 bytes";
constexpr char kMustBeColumn[] = "must be a column's name: a-z, A-Z, 0-9 and _, up to 63 bytes";

std::string ApplyColumn(const std::string& value, SqlIdentifier& out) {
  std::optional<SqlIdentifier> column = SqlIdentifier::Parse(value);
  if (!column.has_value()) return kMustBeColumn;
  out = *std::move(column);
  return kRight;
}

// One that isn't each tenant's own.
std::string ApplySharedTable(const std::string& value, std::optional<TableName>& out) {
  out = TableName::Parse(value);
  if (!out.has_value() || !out->schema.has_value()) {
    return "must be SCHEMA.TABLE, such as public.customers_client";
  }
  return kRight;
}

}  // namespace

std::string ApplyDjangoTenantTable(const std::string& value, Config& config) {
  return ApplySharedTable(value, config.django_tenant_table);
}

std::string ApplyDjangoTenantKeyColumn(const std::string& value, Config& config) {
  return ApplyColumn(value, config.django_tenant_key_column);
}

std::string ApplyDjangoDomainTable(const std::string& value, Config& config) {
  return ApplySharedTable(value, config.django_domain_table);
}

std::string ApplyUserTable(const std::string& value, Config& config) {
  config.user_table = TableName::Parse(value);
  return config.user_table.has_value() ? kRight : kMustBeTable;
}

std::string ApplyUserKeyColumn(const std::string& value, Config& config) {
  return ApplyColumn(value, config.user_key_column);
}

std::string ApplyUserIdColumn(const std::string& value, Config& config) {
  return ApplyColumn(value, config.user_id_column);
}

std::string ApplyUserNameColumn(const std::string& value, Config& config) {
  return ApplyColumn(value, config.user_name_column);
}

std::string ApplyUserPasswordColumn(const std::string& value, Config& config) {
  return ApplyColumn(value, config.user_password_column);
}

std::string ApplyUserActiveColumn(const std::string& value, Config& config) {
  config.user_active_column = SqlIdentifier::Parse(value);
  if (!config.user_active_column.has_value()) return kMustBeColumn;
  if (value == kNoColumn) config.user_active_column.reset();
  return kRight;
}

std::string ApplyDjangoSecretKeyFile(const std::string& value, Config& config) {
  auto keys = ReadDjangoKeyFile(value);
  if (!keys.ok()) return std::string(keys.status().message());
  config.django_secret_key_file = value;
  config.django_secret_keys = *std::move(keys);
  return kRight;
}

std::string ApplyDjangoSessionCookie(const std::string& value, Config& config) {
  if (!identity::IsCookieName(value)) return "must be a cookie's name, such as sessionid";
  config.django_session_cookie = value;
  return kRight;
}

std::string ApplyDjangoSessions(const std::string& value, Config& config) {
  if (value != "database" && value != "signed_cookies") return "must be database or signed_cookies";
  config.django_signed_cookies = value == "signed_cookies";
  return kRight;
}

std::string ApplyDjangoSessionTable(const std::string& value, Config& config) {
  std::optional<TableName> table = TableName::Parse(value);
  if (!table.has_value()) return kMustBeTable;
  config.django_session_table = *std::move(table);
  return kRight;
}

std::string ApplyDjangoSessionMaxAge(const std::string& value, Config& config) {
  absl::Duration max_age;
  if (!absl::ParseDuration(value, &max_age) || max_age < absl::Seconds(1) ||
      max_age > absl::Hours(24 * 3'650)) {
    return "must be a duration from 1s to 87600h, such as 336h";
  }
  config.django_session_max_age = max_age;
  return kRight;
}

}  // namespace chatter::config
