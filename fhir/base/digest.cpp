#include "fhir/base/digest.h"

#include <openssl/evp.h>

#include <bit>
#include <cstring>

namespace fhir::base {

namespace {

// Fetched once: an implicit fetch for each digest would cost more than the digest of a short text.
const EVP_MD* sha256Method() {
  static const EVP_MD* const method = [] {
    const EVP_MD* fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return fetched ? fetched : EVP_sha256();
  }();
  return method;
}

// XXH64 as its author specifies it (xxHash fast digest algorithm, section "XXH64").
constexpr uint64_t kPrime1 = 0x9E3779B185EBCA87u;
constexpr uint64_t kPrime2 = 0xC2B2AE3D27D4EB4Fu;
constexpr uint64_t kPrime3 = 0x165667B19E3779F9u;
constexpr uint64_t kPrime4 = 0x85EBCA77C2B2AE63u;
constexpr uint64_t kPrime5 = 0x27D4EB2F165667C5u;

template <typename T>
T little(const char* at) {
  static_assert(std::endian::native == std::endian::little);
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

uint64_t mixLane(uint64_t lane, uint64_t input) { return std::rotl(lane + input * kPrime2, 31) * kPrime1; }

uint64_t mergeLane(uint64_t hash, uint64_t lane) { return (hash ^ mixLane(0, lane)) * kPrime1 + kPrime4; }

}  // namespace

Sha256 sha256(std::string_view bytes) {
  Sha256 out{};
  EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, sha256Method(), nullptr);
  return out;
}

// RFC 2104 from two digests: OpenSSL's own HMAC() fetches and sets up its method in each call, which costs several
// times as much for the short texts that ids are made of.
Sha256 hmacSha256(std::string_view key, std::string_view bytes) {
  constexpr size_t kBlock = 64;
  Sha256 short_key;
  if (key.size() > kBlock) {
    short_key = sha256(key);
    key = {reinterpret_cast<const char*>(short_key.data()), short_key.size()};
  }
  const auto padded = [&](char pad) {
    std::string block(kBlock, pad);
    for (size_t i = 0; i < key.size(); ++i) block[i] = static_cast<char>(block[i] ^ key[i]);
    return block;
  };
  const Sha256 inner = sha256(padded('\x36').append(bytes));
  return sha256(padded('\x5c').append(reinterpret_cast<const char*>(inner.data()), inner.size()));
}

std::string hex(const uint8_t* bytes, size_t size) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(size * 2);
  for (size_t i = 0; i < size; ++i) {
    out += kDigits[bytes[i] >> 4];
    out += kDigits[bytes[i] & 15];
  }
  return out;
}

std::string base32Lower(const uint8_t* bytes, size_t size) {
  static constexpr char kAlphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
  std::string out;
  out.reserve((size * 8 + 4) / 5);
  uint32_t pending = 0;
  int bits = 0;
  for (size_t i = 0; i < size; ++i) {
    pending = (pending << 8) | bytes[i];
    for (bits += 8; bits >= 5; bits -= 5) out += kAlphabet[(pending >> (bits - 5)) & 31];
  }
  if (bits > 0) out += kAlphabet[(pending << (5 - bits)) & 31];
  return out;
}

uint64_t hash64(std::string_view bytes) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  uint64_t hash = kPrime5;
  if (bytes.size() >= 32) {
    uint64_t lanes[4] = {kPrime1 + kPrime2, kPrime2, 0, 0 - kPrime1};
    for (; end - at >= 32; at += 32)
      for (int i = 0; i < 4; ++i) lanes[i] = mixLane(lanes[i], little<uint64_t>(at + 8 * i));
    hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) + std::rotl(lanes[3], 18);
    for (const uint64_t lane : lanes) hash = mergeLane(hash, lane);
  }
  hash += bytes.size();
  for (; end - at >= 8; at += 8) hash = std::rotl(hash ^ mixLane(0, little<uint64_t>(at)), 27) * kPrime1 + kPrime4;
  if (end - at >= 4) {
    hash = std::rotl(hash ^ (little<uint32_t>(at) * kPrime1), 23) * kPrime2 + kPrime3;
    at += 4;
  }
  for (; at != end; ++at) hash = std::rotl(hash ^ (static_cast<uint8_t>(*at) * kPrime5), 11) * kPrime1;
  hash = (hash ^ (hash >> 33)) * kPrime2;
  hash = (hash ^ (hash >> 29)) * kPrime3;
  return hash ^ (hash >> 32);
}

}  // namespace fhir::base
