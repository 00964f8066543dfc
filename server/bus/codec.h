// Messages of the bus as bytes (proto/chatter/bus/v1): what a bus between processes carries. They
// are encoded once, by the node that publishes, whole: a commit's events together.
//
// Pure functions.
#ifndef CHATTER_SERVER_BUS_CODEC_H_
#define CHATTER_SERVER_BUS_CODEC_H_

#include <optional>
#include <string>
#include <string_view>

#include "server/bus/bus.h"

namespace chatter::bus {

inline constexpr size_t kMaxMessageBytes = 4 << 20;

// nullopt: it would be larger than that. It is lost, as any hint may be.
std::optional<std::string> Encode(const Message& message);

// Trusts nobody: what it gives is a message that this node could have published itself. nullopt:
// the bytes are none, or of a kind that only a newer release knows.
std::optional<Message> Decode(std::string_view bytes);

}  // namespace chatter::bus

#endif  // CHATTER_SERVER_BUS_CODEC_H_
