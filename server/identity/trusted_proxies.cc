#include "server/identity/trusted_proxies.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace chatter::identity {
namespace {

constexpr std::string_view kUnix = "unix";

// Digits only; else -1.
int ParseBits(std::string_view text) {
  const bool digits =
      !text.empty() && text.size() <= 3 && std::all_of(text.begin(), text.end(), [](char c) {
        return absl::ascii_isdigit(static_cast<unsigned char>(c));
      });
  int bits = -1;
  if (!digits || !absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &bits)) return -1;
  return bits;
}

absl::Status EntryError(std::string_view entry, std::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", absl::string_view(entry.data(), entry.size()), "\" ",
                   absl::string_view(what.data(), what.size())));
}

}  // namespace

absl::StatusOr<TrustedProxies::Network> TrustedProxies::ParseNetwork(std::string_view text) {
  const size_t slash = text.find('/');
  const auto parsed = ParseAddress(text.substr(0, slash));
  if (!parsed.has_value()) return EntryError(text, "is neither an address nor a network");
  Network network{.address = parsed->address, .prefix_bits = 128};
  if (slash == std::string_view::npos) return network;

  const int bits = ParseBits(text.substr(slash + 1));
  const int max_bits = parsed->is_ipv4 ? 32 : 128;
  if (bits < 0 || bits > max_bits) {
    return EntryError(text, absl::StrCat("has a prefix that isn't 0 to ", max_bits));
  }
  network.prefix_bits = parsed->is_ipv4 ? kMappedBits + bits : bits;
  if (Masked(network.address, network.prefix_bits) != network.address) {
    return EntryError(text, "has address bits behind its prefix");
  }
  return network;
}

absl::StatusOr<TrustedProxies> TrustedProxies::Parse(std::string_view list) {
  TrustedProxies proxies;
  for (absl::string_view part : absl::StrSplit(absl::string_view(list.data(), list.size()), ',')) {
    part = absl::StripAsciiWhitespace(part);
    const std::string_view entry(part.data(), part.size());
    if (entry == kUnix) {
      proxies.unix_ = true;
      continue;
    }
    const auto network = ParseNetwork(entry);
    if (!network.ok()) return network.status();
    proxies.networks_.push_back(*network);
  }
  return proxies;
}

bool TrustedProxies::Trusts(std::string_view peer) const {
  if (peer.starts_with(kUnix) && peer.substr(kUnix.size()).starts_with(':')) return unix_;
  const auto address = AddressOfPeer(peer);
  if (!address.has_value()) return false;
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    // Else ::/0 would hold all of IPv4.
    if (IsMapped(*address) && network.prefix_bits < kMappedBits) return false;
    return Masked(*address, network.prefix_bits) == network.address;
  });
}

}  // namespace chatter::identity
