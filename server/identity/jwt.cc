#include "server/identity/jwt.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/base64url.h"
#include "server/base/text.h"
#include "server/identity/json_object.h"
#include "server/model/validate.h"

namespace chatter::identity {
namespace {

using nlohmann::json;

constexpr double kMaxUnixSeconds = 253'402'300'799;  // the end of the year 9999
constexpr size_t kMaxDisplayNameBytes = 256;
constexpr uint64_t kMaxNumberedUser = std::numeric_limits<int64_t>::max();
constexpr char kReplacementCharacter[] = "\uFFFD";

absl::Status Malformed(absl::string_view what) { return absl::InvalidArgumentError(what); }

absl::Status ReadHeader(std::string_view part, Jwt& jwt) {
  const auto text = DecodeBase64Url(part);
  if (!text.has_value()) return Malformed("the header isn't base64url");
  const auto header = ParseJsonObject(*text);
  if (!header.has_value()) return Malformed("the header isn't a JSON object");
  // Extensions that must be understood, and aren't.
  if (header->contains("crit")) return Malformed("the header has a `crit`");
  const std::string* name = FindText(*header, "alg");
  const auto algorithm = name == nullptr ? std::nullopt : ParseJwsAlgorithm(*name);
  if (!algorithm.has_value()) return Malformed("`alg` is none of those that are accepted");
  jwt.algorithm = *algorithm;
  if (header->contains("kid")) {
    const std::string* id = FindText(*header, "kid");
    if (id == nullptr) return Malformed("`kid` isn't a text");
    jwt.key_id = *id;
  }
  return absl::OkStatus();
}

// A time is a number of seconds, possibly with a fraction.
absl::StatusOr<absl::Time> ReadTime(const json& value, absl::string_view name) {
  const double seconds = value.is_number() ? value.get<double>() : -1;
  if (!(seconds >= 0 && seconds <= kMaxUnixSeconds)) {
    return Malformed(absl::StrCat("`", name, "` isn't a time up to the year 9999"));
  }
  return absl::UnixEpoch() + absl::Seconds(seconds);
}

absl::Status ReadTimes(const json& claims, Jwt& jwt) {
  const auto expires_at = claims.find("exp");
  if (expires_at == claims.end()) return Malformed("there is no `exp`");
  auto time = ReadTime(*expires_at, "exp");
  if (!time.ok()) return time.status();
  jwt.expires_at = *time;
  if (const auto not_before = claims.find("nbf"); not_before != claims.end()) {
    time = ReadTime(*not_before, "nbf");
    if (!time.ok()) return time.status();
    jwt.not_before = *time;
  }
  return absl::OkStatus();
}

absl::Status ReadAudiences(const json& claims, Jwt& jwt) {
  const auto found = claims.find("aud");
  if (found == claims.end()) return absl::OkStatus();
  if (!found->is_string() && !found->is_array()) return Malformed("`aud` is no text, nor a list");
  jwt.audiences.emplace();
  for (const json& audience : found->is_string() ? json::array({*found}) : *found) {
    if (!audience.is_string()) return Malformed("`aud` holds what isn't a text");
    jwt.audiences->push_back(audience.get<std::string>());
  }
  return absl::OkStatus();
}

bool Holds(const std::vector<std::string>& audiences, std::string_view audience) {
  return std::find(audiences.begin(), audiences.end(), audience) != audiences.end();
}

// As much as fits of a name, in whole characters; none of one that couldn't be stored.
std::string ToDisplayName(std::string_view name) {
  if (name.size() > kMaxDisplayNameBytes) {
    size_t end = kMaxDisplayNameBytes;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
    name = name.substr(0, end);
  }
  return DisplayNameProblem(name).empty() ? std::string(name) : std::string();
}

absl::Status ReadClaims(std::string_view part, Jwt& jwt) {
  const auto text = DecodeBase64Url(part);
  if (!text.has_value()) return Malformed("the claims aren't base64url");
  const auto claims = ParseJsonObject(*text);
  if (!claims.has_value()) return Malformed("the claims aren't a JSON object");
  const std::string* issuer = FindText(*claims, "iss");
  if (issuer == nullptr || !IsIssuerName(*issuer)) return Malformed("`iss` isn't an issuer");
  jwt.issuer = *issuer;
  jwt.claims = *text;
  if (const std::string* name = FindText(*claims, "name"); name != nullptr) {
    jwt.display_name = ToDisplayName(*name);
  }
  if (absl::Status status = ReadAudiences(*claims, jwt); !status.ok()) return status;
  return ReadTimes(*claims, jwt);
}

}  // namespace

bool IsIssuerName(std::string_view text) {
  return !text.empty() && text.size() <= kMaxIssuerBytes && IsUtf8(text) &&
         !HasControlCharacters(text);
}

bool LooksLikeJwt(std::string_view text) { return std::count(text.begin(), text.end(), '.') == 2; }

absl::StatusOr<Jwt> ParseJwt(std::string_view token) {
  if (token.size() > kMaxJwtBytes) return Malformed("the token is too long");
  if (!LooksLikeJwt(token)) return Malformed("the token hasn't three parts");
  const size_t first = token.find('.');
  const size_t second = token.find('.', first + 1);
  Jwt jwt;
  if (absl::Status status = ReadHeader(token.substr(0, first), jwt); !status.ok()) return status;
  if (absl::Status status = ReadClaims(token.substr(first + 1, second - first - 1), jwt);
      !status.ok()) {
    return status;
  }
  auto signature = DecodeBase64Url(token.substr(second + 1));
  if (!signature.has_value()) return Malformed("the signature isn't base64url");
  jwt.signature = *std::move(signature);
  jwt.signed_text = std::string(token.substr(0, second));
  return jwt;
}

absl::StatusOr<std::string> UserIdIn(const Jwt& jwt, std::string_view claim) {
  const absl::string_view name(claim.data(), claim.size());
  const auto claims = ParseJsonObject(jwt.claims);
  const auto found = claims.has_value() ? claims->find(std::string(claim)) : json::const_iterator();
  if (!claims.has_value() || found == claims->end()) {
    return absl::UnauthenticatedError(absl::StrCat("there is no `", name, "`"));
  }
  std::string user_id;
  if (found->is_number_unsigned() && found->get<uint64_t>() <= kMaxNumberedUser) {
    user_id = absl::StrCat(found->get<uint64_t>());  // a whole number stands for its digits
  } else if (found->is_string()) {
    user_id = found->get<std::string>();
  }
  // Ids that differ in half a surrogate pair mustn't become one.
  const bool is_mended = user_id.find(kReplacementCharacter) != std::string::npos &&
                         MendSurrogates(jwt.claims) != jwt.claims;
  if (is_mended || !UserIdProblem(user_id).empty()) {
    return absl::UnauthenticatedError(absl::StrCat("`", name, "` isn't a user id"));
  }
  return user_id;
}

absl::Status VerifyJwt(const Jwt& jwt, const JwsKey& key, const JwtExpectations& expected) {
  // The key says which algorithm is used; that of the header must be the same.
  if (jwt.algorithm != key.algorithm()) {
    return absl::UnauthenticatedError("the algorithm isn't the key's");
  }
  if (!key.Verify(jwt.signed_text, jwt.signature)) {
    return absl::UnauthenticatedError("the signature is wrong");
  }
  if (jwt.issuer != expected.issuer) return absl::UnauthenticatedError("the issuer is another");
  if (!jwt.audiences.has_value() && !expected.audience_may_be_absent) {
    return absl::UnauthenticatedError("there is no `aud`");
  }
  if (jwt.audiences.has_value() && !Holds(*jwt.audiences, expected.audience)) {
    return absl::UnauthenticatedError("the audience is another");
  }
  if (expected.now >= jwt.expires_at + expected.leeway) {
    return absl::UnauthenticatedError("the token has expired");
  }
  if (expected.now < jwt.not_before - expected.leeway) {
    return absl::UnauthenticatedError("the token isn't valid yet");
  }
  return absl::OkStatus();
}

}  // namespace chatter::identity
