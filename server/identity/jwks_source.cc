#include "server/identity/jwks_source.h"

#include <curl/curl.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/identity/jwk_set.h"

namespace chatter::identity {
namespace {

constexpr std::string_view kFileScheme = "file:";
constexpr size_t kMaxUriBytes = 2'048;
constexpr size_t kMaxFileNameBytes = 128;
constexpr long kTimeoutMillis = 5'000;
constexpr long kHttpOk = 200;

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeText {
  void operator()(char* text) const { curl_free(text); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;
using Easy = std::unique_ptr<CURL, FreeEasy>;

bool IsFileName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxFileNameBytes && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' ||
                  c == '-';
         });
}

// A part of a URL; nullopt: it has none.
std::optional<std::string> PartOf(const Url& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) return std::nullopt;
  const std::unique_ptr<char, FreeText> owner(text);
  return std::string(text);
}

bool IsLoopback(const std::string& host) {
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isgraph(static_cast<unsigned char>(c)); });
}

// Read by the library that will fetch it, so that both understand the same.
bool IsWebAddress(const std::string& uri) {
  const Url url(curl_url());
  if (url == nullptr || curl_url_set(url.get(), CURLUPART_URL, uri.c_str(), 0) != CURLUE_OK) {
    return false;
  }
  if (PartOf(url, CURLUPART_USER).has_value() || PartOf(url, CURLUPART_PASSWORD).has_value()) {
    return false;
  }
  const auto scheme = PartOf(url, CURLUPART_SCHEME);
  const auto host = PartOf(url, CURLUPART_HOST);
  return host.has_value() && (scheme == "https" || (scheme == "http" && IsLoopback(*host)));
}

absl::StatusOr<std::string> ReadFile(const std::string& directory, std::string_view name) {
  if (directory.empty()) {
    return absl::FailedPreconditionError("the server has no jwks-directory");
  }
  std::ifstream file(std::filesystem::path(directory) / name, std::ios::binary);
  std::string text(kMaxJwksBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || file.gcount() == 0) return absl::NotFoundError("the file can't be read");
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kMaxJwksBytes) return absl::ResourceExhaustedError("the file is too long");
  return text;
}

// For libcurl: returns less than it was given to refuse it.
size_t Append(char* data, size_t /*always 1*/, size_t size, void* out) {
  auto& text = *static_cast<std::string*>(out);
  if (text.size() + size > kMaxJwksBytes) return 0;
  text.append(data, size);
  return size;
}

absl::StatusOr<std::string> FetchFromWeb(const std::string& uri) {
  const Easy easy(curl_easy_init());
  if (easy == nullptr) return absl::InternalError("libcurl can't be used");
  std::string text;
  curl_easy_setopt(easy.get(), CURLOPT_URL, uri.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy.get(), CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, kTimeoutMillis);
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_USERAGENT, "chatterd");
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, Append);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &text);
  // Only this machine is spoken to so, and no proxy leads there.
  if (absl::StartsWithIgnoreCase(uri, "http:")) curl_easy_setopt(easy.get(), CURLOPT_PROXY, "");
  const CURLcode outcome = curl_easy_perform(easy.get());
  if (outcome != CURLE_OK) return absl::UnavailableError(curl_easy_strerror(outcome));
  long code = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &code);
  if (code != kHttpOk) return absl::UnavailableError(absl::StrCat("the answer was HTTP ", code));
  return text;
}

}  // namespace

bool IsJwksFile(std::string_view uri) { return uri.starts_with(kFileScheme); }

std::string_view JwksUriProblem(std::string_view uri) {
  const bool right = IsJwksFile(uri) ? IsFileName(uri.substr(kFileScheme.size()))
                                     : uri.size() <= kMaxUriBytes && IsPrintable(uri) &&
                                           IsWebAddress(std::string(uri));
  if (right) return {};
  return "must be up to 2048 bytes of `https://HOST/...` without a user, `http://` only for "
         "localhost, 127.0.0.1 and [::1], or `file:NAME` with a name of up to 128 letters, digits, "
         "`.`, `_` and `-` that doesn't begin with `.`";
}

absl::StatusOr<std::string> JwksReader::Read(const std::string& uri) const {
  // Whatever has got into the table.
  if (!JwksUriProblem(uri).empty()) return absl::InvalidArgumentError("not a jwks_uri");
  if (IsJwksFile(uri))
    return ReadFile(directory_, std::string_view(uri).substr(kFileScheme.size()));
  return FetchFromWeb(uri);
}

}  // namespace chatter::identity
