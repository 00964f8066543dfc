// What a call's metadata says of its tenant, and on whose behalf it is: the peer in the first line,
// then an entry a line, with a colon between key and value.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "server/identity/call_metadata.h"
#include "server/identity/on_behalf_of.h"
#include "server/identity/tenant_name.h"
#include "server/identity/trusted_proxies.h"
#include "server/model/host.h"
#include "server/model/ids.h"
#include "server/model/validate.h"

namespace {

using chatter::DomainSpellings;
using chatter::NormalizeDomain;
using chatter::NormalizeHost;
using chatter::SchemaName;
using chatter::identity::CallMetadata;
using chatter::identity::Charset;
using chatter::identity::ReadOnBehalfOf;
using chatter::identity::ReadTenantName;
using chatter::identity::SingleValue;
using chatter::identity::TrustedProxies;

constexpr size_t kMaxBytes = 253;

void Check(bool holds) {
  if (!holds) std::abort();
}

std::string_view TakeLine(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

CallMetadata ReadMetadata(std::string_view text) {
  CallMetadata metadata;
  while (!text.empty()) {
    const std::string_view line = TakeLine(text);
    const size_t colon = line.find(':');
    const std::string_view key = line.substr(0, colon);
    const std::string_view value =
        colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    metadata.emplace_back(key, value);
  }
  return metadata;
}

// A host is found under the same name however it is spelt.
void CheckHost(std::string_view text) {
  const auto host = NormalizeHost(text);
  if (!host.has_value()) return;
  Check(!host->empty() && NormalizeHost(*host) == host);
  const auto spellings = DomainSpellings(*host);
  Check(!spellings.empty() && spellings.front() == *host);
  for (const std::string& spelling : spellings) {
    if (spelling.starts_with('[')) continue;  // an address
    const auto domain = NormalizeDomain(spelling);
    Check(domain == host || "www." + domain.value_or("") == *host);
  }
}

// Of two names none is taken, and one that is a tenant's fits into SQL as it is.
void CheckTenant(const CallMetadata& metadata) {
  const auto name = ReadTenantName(metadata);
  if (!name.ok() || !name->has_value()) return;
  for (const auto& [key, value] : metadata) {
    Check((key != "x-chatter-tenant" && key != "x-chatter-tenant-bin") || value == **name);
  }
  const auto schema = SchemaName::Parse(**name);
  if (!schema.has_value()) return;
  Check(schema->text() == **name && schema->text().size() <= 63);
  Check(schema->text().find_first_of(std::string_view("\"'\\{},$;\0\n", 10)) == std::string::npos);
}

void CheckPeer(std::string_view peer) {
  static const TrustedProxies some = *TrustedProxies::Parse("10.0.0.0/8,fd00::/8,unix");
  Check(!TrustedProxies().Trusts(peer));
  if (some.Trusts(peer)) {
    Check(peer.starts_with("ipv4:") || peer.starts_with("ipv6:") || peer.starts_with("unix:"));
  }
  if (const auto proxies = TrustedProxies::Parse(peer); proxies.ok()) {
    proxies->Trusts("ipv4:10.0.0.1:1");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckPeer(TakeLine(text));
  const CallMetadata metadata = ReadMetadata(text);
  CheckTenant(metadata);
  const auto user_id = ReadOnBehalfOf(metadata);
  Check(!user_id.ok() || !user_id->has_value() || chatter::UserIdProblem(**user_id).empty());
  for (const Charset charset : {Charset::kPrintableAscii, Charset::kBeyondAscii}) {
    for (const auto& entry : metadata) {
      const std::string_view key = entry.first;
      const auto value = SingleValue(metadata, key, kMaxBytes, charset);
      if (!value.ok()) continue;
      Check(value->has_value() && (*value)->size() <= kMaxBytes);
      Check(std::count_if(metadata.begin(), metadata.end(),
                          [&](const auto& other) { return other.first == key; }) == 1);
      CheckHost(**value);
    }
  }
  return 0;
}
