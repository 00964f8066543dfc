// The file with Django's secret keys.
#ifndef CHATTER_SERVER_CONFIG_DJANGO_KEY_FILE_H_
#define CHATTER_SERVER_CONFIG_DJANGO_KEY_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "server/identity/django_signing.h"

namespace chatter::config {

// SECRET_KEY and its fallbacks, a line each; at least one. Empty lines don't count.
// Errors: INVALID_ARGUMENT. The message says what the file must be, to stand behind a setting's
// name; it never holds a key.
absl::StatusOr<identity::DjangoSecretKeys> ReadDjangoKeyFile(const std::string& path);

}  // namespace chatter::config

#endif  // CHATTER_SERVER_CONFIG_DJANGO_KEY_FILE_H_
