// Ids that a client makes up.
#ifndef CHATTER_CLIENT_BASE_UUID_H_
#define CHATTER_CLIENT_BASE_UUID_H_

#include <string>

namespace chatter::client {

// A random UUID (version 4) in canonical text, from OpenSSL's generator. Thread-safe. Ends the
// process if there is no randomness to be had.
std::string MakeUuid();

}  // namespace chatter::client

#endif  // CHATTER_CLIENT_BASE_UUID_H_
