#include "server/model/validate.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/base/text.h"
#include "server/model/host.h"
#include "server/model/limits.h"
#include "server/model/model.h"
#include "server/model/schema_name.h"
#include "server/model/url.h"

namespace chatter {
namespace {

constexpr size_t kMaxDomains = 20;
constexpr std::string_view kBlankProblem = "must have a character that can be seen";

bool IsAttributeKey(std::string_view key) {
  return !key.empty() && key.size() <= 64 &&
         std::all_of(key.begin(), key.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '_' || c == '.' || c == '-';
         });
}

bool IsPlainText(std::string_view text, size_t min_bytes, size_t max_bytes) {
  return text.size() >= min_bytes && text.size() <= max_bytes && IsUtf8(text) &&
         !HasControlCharacters(text);
}

// A room may be without a name, but none has one that can't be seen.
std::string_view OwnNameProblem(std::string_view name) {
  const std::string_view problem = RoomNameProblem(name);
  if (!problem.empty() || name.empty()) return problem;
  return IsBlank(name) ? kBlankProblem : std::string_view();
}

}  // namespace

std::string_view UserIdProblem(std::string_view user_id) {
  if (IsPlainText(user_id, 1, kMaxUserIdBytes)) return {};
  return "must be 1 to 600 bytes of UTF-8 without control characters";
}

std::string_view UserIdPrefixProblem(std::string_view prefix) {
  if (IsPlainText(prefix, 0, kMaxUserIdBytes)) return {};
  return "must be at most 600 bytes of UTF-8 without control characters";
}

std::string_view DisplayNameProblem(std::string_view display_name) {
  if (IsPlainText(display_name, 0, 256)) return {};
  return "must be at most 256 bytes of UTF-8 without control characters";
}

std::string_view ClientMessageIdProblem(std::string_view id) {
  if (IsPlainText(id, 1, 64)) return {};
  return "must be 1 to 64 bytes of UTF-8 without control characters";
}

std::string_view TextProblem(std::string_view text) {
  const bool fits = !text.empty() && text.size() <= limits::kTextBytes;
  // PostgreSQL can't store a NUL in text.
  if (!fits || text.find('\0') != std::string_view::npos || !IsUtf8(text)) {
    return "must be 1 to 16384 bytes of UTF-8 without NUL";
  }
  return IsBlank(text) ? kBlankProblem : std::string_view();
}

std::string_view ReactionProblem(std::string_view reaction) {
  if (!IsPlainText(reaction, 1, 64)) {
    return "must be 1 to 64 bytes of UTF-8 without control characters";
  }
  return IsBlank(reaction) ? kBlankProblem : std::string_view();
}

std::string_view SearchQueryProblem(std::string_view query) {
  if (IsPlainText(query, 1, 256)) return {};
  return "must be 1 to 256 bytes of UTF-8 without control characters";
}

std::string_view RoomNameProblem(std::string_view name) {
  if (IsPlainText(name, 0, 256)) return {};
  return "must be at most 256 bytes of UTF-8 without control characters";
}

std::string_view UrlProblem(std::string_view url) {
  if (url.size() <= 2'048 && IsWebUrl(url)) return {};
  return "must be a URL with the scheme `https` or `http` and a host, of up to 2048 bytes, none of "
         "them blank, a control character, or one of `\"<>\\`";
}

std::string_view AttachmentNameProblem(std::string_view name) {
  if (IsPlainText(name, 0, 256)) return {};
  return "must be at most 256 bytes of UTF-8 without control characters";
}

std::string_view MediaTypeProblem(std::string_view media_type) {
  if (IsPlainText(media_type, 0, 128)) return {};
  return "must be at most 128 bytes of UTF-8 without control characters";
}

std::string_view SchemaNamePrefixProblem(std::string_view prefix) {
  if (IsPlainText(prefix, 0, 63)) return {};
  return "must be at most 63 bytes of UTF-8 without control characters";
}

std::string_view StateReasonProblem(std::string_view reason) {
  if (IsPlainText(reason, 1, 256)) return {};
  return "must be 1 to 256 bytes of UTF-8 without control characters";
}

std::string_view GraceProblem(absl::Duration grace) {
  if (grace >= absl::ZeroDuration() && grace <= absl::Hours(24) * 90) return {};
  return "must be 0 to 90 days";
}

std::string_view SessionTtlProblem(absl::Duration ttl) {
  if (ttl >= absl::Seconds(1) && ttl <= absl::Hours(24) * 365) return {};
  return "must be 1 second to 365 days";
}

std::string_view SessionIdleTtlProblem(absl::Duration idle_ttl) {
  // Less would end sessions that are in use: a use is noticed a few seconds late.
  if (idle_ttl >= absl::Minutes(1) && idle_ttl <= absl::Hours(24) * 365) return {};
  return "must be 1 minute to 365 days";
}

std::string_view ServiceAccountNameProblem(std::string_view name) {
  const bool is_plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_' || c == '-';
  });
  if (is_plain && !name.empty() && name.size() <= 63 && name.front() != '-' &&
      name != kAdministratorName) {
    return {};
  }
  return "must be 1 to 63 bytes of `a-z`, `0-9`, `_` and `-`, not beginning with `-`, and not "
         "`administrator`";
}

std::string_view DeviceProblem(std::string_view device) {
  if (IsPlainText(device, 0, 128)) return {};
  return "must be at most 128 bytes of UTF-8 without control characters";
}

void AddProblem(std::string_view field, std::string_view problem, FieldViolations& violations) {
  if (!problem.empty()) violations.Add(field, problem);
}

std::optional<RoomId> ParseRoomId(std::string_view text, FieldViolations& violations) {
  auto room_id = RoomId::Parse(text);
  if (!room_id.has_value()) {
    violations.Add("room_id", "must be a UUID in canonical text: lower case, with hyphens");
  }
  return room_id;
}

std::optional<SchemaName> ParseSchemaName(std::string_view field, std::string_view text,
                                          FieldViolations& violations) {
  AddProblem(field, SchemaNameProblem(text), violations);
  return SchemaName::Parse(text);
}

std::optional<std::string> ParseDomain(std::string_view field, std::string_view text,
                                       FieldViolations& violations) {
  auto domain = NormalizeDomain(text);
  if (!domain.has_value()) {
    violations.Add(field,
                   "must be a host name without a port, of letters, digits, `.` and `-`: 1 to 253 "
                   "bytes as it is written in ASCII");
  }
  return domain;
}

std::optional<Sha256Digest> ParseDigest(std::string_view field, std::string_view text,
                                        FieldViolations& violations) {
  Sha256Digest digest;
  const auto is_digit = [](char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); };
  if (text.size() != 2 * digest.size() || !std::all_of(text.begin(), text.end(), is_digit)) {
    violations.Add(field, "must be 64 hexadecimal digits");
    return std::nullopt;
  }
  const std::string bytes = absl::HexStringToBytes(absl::string_view(text.data(), text.size()));
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

void CheckAttributes(std::string_view field,
                     const google::protobuf::Map<std::string, std::string>& attributes,
                     FieldViolations& violations) {
  const absl::string_view path(field.data(), field.size());
  size_t bytes = 0;
  for (const auto& [key, value] : attributes) {
    bytes += key.size() + value.size();
    if (!IsAttributeKey(key)) {
      violations.Add(field,
                     "has a key that isn't 1 to 64 bytes of `a-z`, `A-Z`, `0-9`, `_`, `.` and `-`");
    } else if (!IsUtf8(value) || value.find('\0') != std::string::npos) {
      violations.Add(absl::StrCat(path, "[\"", key, "\"]"), "must be UTF-8 without NUL");
    }
  }
  if (attributes.size() > limits::kAttributeEntries || bytes > limits::kAttributeBytes) {
    violations.Add(field,
                   absl::StrCat("must be up to ", limits::kAttributeEntries,
                                " entries, together up to ", limits::kAttributeBytes, " bytes"));
  }
}

void CheckProfile(const v1::RoomProfile& profile, FieldViolations& violations) {
  AddProblem("profile.name", OwnNameProblem(profile.name()), violations);
  if (!IsPlainText(profile.topic(), 0, 1'024)) {
    violations.Add("profile.topic",
                   "must be at most 1024 bytes of UTF-8 without control characters");
  }
  if (!profile.avatar_url().empty()) {
    AddProblem("profile.avatar_url", UrlProblem(profile.avatar_url()), violations);
  }
  CheckAttributes("profile.attributes", profile.attributes(), violations);
  if (profile.history() < v1::HISTORY_VISIBILITY_UNSPECIFIED ||
      profile.history() > v1::HISTORY_VISIBILITY_SINCE_JOINED) {
    violations.Add("profile.history", "must be WHOLE or SINCE_JOINED");
  }
}

void ParseDomains(std::vector<std::string>& domains, FieldViolations& violations) {
  if (domains.size() > kMaxDomains) {
    violations.Add("tenant.domains", absl::StrCat("must be at most ", kMaxDomains, " domains"));
    return;
  }
  for (size_t i = 0; i < domains.size(); ++i) {
    const std::string path = absl::StrCat("tenant.domains[", i, "]");
    if (auto domain = ParseDomain(path, domains[i], violations)) domains[i] = *std::move(domain);
    const auto here = domains.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(domains.begin(), here, domains[i]) != here) {
      violations.Add(path, "must differ from the domains before it");
    }
  }
}

int ParsePageSize(int32_t page_size, PageSizes sizes, FieldViolations& violations) {
  if (page_size == 0) return sizes.if_zero;
  if (page_size < 0) {
    violations.Add("page_size",
                   absl::StrCat("must be 1 to ", sizes.max, ", or 0 for ", sizes.if_zero));
  }
  return std::min(page_size, sizes.max);
}

}  // namespace chatter
