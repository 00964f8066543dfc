#include "server/identity/credentials.h"

#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "server/identity/cookie.h"
#include "server/model/errors.h"

namespace chatter::identity {
namespace {

constexpr char kAuthorizationKey[] = "authorization";
constexpr std::string_view kCookieKey = "cookie";
constexpr absl::string_view kScheme = "Bearer ";
constexpr size_t kMaxAuthorizationBytes = 8192;

absl::StatusOr<std::optional<Credential>> ReadBearer(const CallMetadata& metadata) {
  const auto value = SingleValue(metadata, kAuthorizationKey, kMaxAuthorizationBytes);
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::nullopt;
  const std::string_view text = **value;
  if (!absl::StartsWithIgnoreCase({text.data(), text.size()}, kScheme)) {
    return CredentialInvalidError();
  }
  return Credential{.form = Credential::Form::kBearer,
                    .text = std::string(text.substr(kScheme.size()))};
}

std::optional<Credential> ReadCookie(const CallMetadata& metadata, const std::string& name) {
  std::vector<std::string_view> headers;
  for (const auto& [key, value] : metadata) {
    if (key == kCookieKey) headers.push_back(value);
  }
  auto value = FindCookie(headers, name);
  if (!value.has_value()) return std::nullopt;
  return Credential{.form = Credential::Form::kCookie, .text = *std::move(value)};
}

}  // namespace

absl::StatusOr<std::vector<Credential>> ReadCredentials(
    const CallMetadata& metadata, const std::vector<std::string>& certificate_names,
    const std::string& session_cookie) {
  std::vector<Credential> credentials;
  auto bearer = ReadBearer(metadata);
  if (!bearer.ok()) return bearer.status();
  if (bearer->has_value()) credentials.push_back(**std::move(bearer));
  if (!session_cookie.empty()) {
    auto cookie = ReadCookie(metadata, session_cookie);
    if (cookie.has_value()) credentials.push_back(*std::move(cookie));
  }
  if (credentials.empty() && !certificate_names.empty()) {
    credentials.push_back(
        {.form = Credential::Form::kCertificate, .text = absl::StrJoin(certificate_names, "\n")});
  }
  if (credentials.empty()) {
    return MakeError(absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_CREDENTIAL_REQUIRED,
                     "The call carries no credential. Send the metadata authorization: Bearer "
                     "<token>.");
  }
  return credentials;
}

}  // namespace chatter::identity
