// Host names of strangers: what NormalizeHost accepts must stay as it is when it is normalized
// again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "server/model/host.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using chatter::kMaxHostBytes;
  using chatter::NormalizeHost;
  const auto host = NormalizeHost({reinterpret_cast<const char*>(data), size});
  if (!host.has_value()) return 0;
  if (host->empty() || host->size() > kMaxHostBytes) std::abort();
  if (NormalizeHost(*host) != host) std::abort();
  return 0;
}
