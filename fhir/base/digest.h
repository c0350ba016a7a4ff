#pragma once
// Digests (the one door to OpenSSL's digests for fhir/ and mappings/). Thread-safe.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace fhir::base {

using Sha256 = std::array<uint8_t, 32>;
Sha256 sha256(std::string_view bytes);
Sha256 hmacSha256(std::string_view key, std::string_view bytes);
std::string hex(const uint8_t* bytes, size_t size);          // lower case
std::string base32Lower(const uint8_t* bytes, size_t size);  // RFC 4648 alphabet, lower case, no padding

// Stable 64-bit hash for index keys (systems, codes, names): the first 8 bytes of SHA-256 would be slow here, so
// XXH64 with seed 0 (its algorithm is public and fixed); never changes, it is stored.
uint64_t hash64(std::string_view bytes);

}  // namespace fhir::base
