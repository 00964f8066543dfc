// Settings of the application's own tables: its tenants and users, and Django's sessions. Rows of
// the table in settings.cc.
//
// Each function puts a value into the configuration. It returns "", or what a value must be if this
// one is wrong.
#ifndef CHATTER_SERVER_CONFIG_APPLICATION_SETTINGS_H_
#define CHATTER_SERVER_CONFIG_APPLICATION_SETTINGS_H_

#include <string>

#include "server/config/config.h"

namespace chatter::config {

std::string ApplyDjangoTenantTable(const std::string& value, Config& config);
std::string ApplyDjangoTenantKeyColumn(const std::string& value, Config& config);
std::string ApplyDjangoDomainTable(const std::string& value, Config& config);

std::string ApplyUserTable(const std::string& value, Config& config);
std::string ApplyUserKeyColumn(const std::string& value, Config& config);
std::string ApplyUserIdColumn(const std::string& value, Config& config);
std::string ApplyUserNameColumn(const std::string& value, Config& config);
std::string ApplyUserPasswordColumn(const std::string& value, Config& config);
std::string ApplyUserActiveColumn(const std::string& value, Config& config);

std::string ApplyDjangoSecretKeyFile(const std::string& value, Config& config);
std::string ApplyDjangoSessionCookie(const std::string& value, Config& config);
std::string ApplyDjangoSessions(const std::string& value, Config& config);
std::string ApplyDjangoSessionTable(const std::string& value, Config& config);
std::string ApplyDjangoSessionMaxAge(const std::string& value, Config& config);

}  // namespace chatter::config

#endif  // CHATTER_SERVER_CONFIG_APPLICATION_SETTINGS_H_
