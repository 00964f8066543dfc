// Messages of the bus: whatever is taken for one can be published again, and is taken for one then.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/bus/codec.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto message = chatter::bus::Decode({reinterpret_cast<const char*>(data), size});
  if (!message.has_value()) return 0;
  const auto bytes = chatter::bus::Encode(*message);
  if (!bytes.has_value() || !chatter::bus::Decode(*bytes).has_value()) std::abort();
  return 0;
}
