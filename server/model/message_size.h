// How much there is to send of a message.
#ifndef CHATTER_SERVER_MODEL_MESSAGE_SIZE_H_
#define CHATTER_SERVER_MODEL_MESSAGE_SIZE_H_

#include <cstddef>

#include "server/model/room.h"

namespace chatter {

// In bytes, about.
inline size_t BytesOf(const Message& message) {
  constexpr size_t kIdsAndNumbers = 200;
  return kIdsAndNumbers + message.text.size() + message.details.size();
}

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_MESSAGE_SIZE_H_
