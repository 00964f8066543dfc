// The few cryptographic primitives that Chatter uses, all of them OpenSSL's.
#ifndef CHATTER_SERVER_BASE_CRYPTO_H_
#define CHATTER_SERVER_BASE_CRYPTO_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace chatter {

using Sha256Digest = std::array<uint8_t, 32>;

Sha256Digest Sha256(std::string_view data);

// 64 hexadecimal digits, lower case.
std::string ToHex(const Sha256Digest& digest);

// Fills `size` bytes at `out` from the operating system's generator; ends the process if it fails.
void RandomBytes(void* out, size_t size);

// Takes the same time wherever the two differ.
bool ConstantTimeEquals(const Sha256Digest& a, const Sha256Digest& b);

}  // namespace chatter

#endif  // CHATTER_SERVER_BASE_CRYPTO_H_
