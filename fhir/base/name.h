#pragma once
// Name: a member name with its hash, so that trees compare names by one integer first.
// Expressions hash their names once at compile time, documents once while they are read.

#include <cstdint>
#include <string_view>

namespace fhir::base {

constexpr uint32_t hashName(std::string_view text) {
  uint32_t hash = 2166136261u;
  for (char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619u;
  return hash;
}

// Equality of short texts without a call: names have few characters, and hashes have been compared before.
inline bool sameText(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const char *x = a.data(), *y = b.data();
  size_t size = a.size();
  uint64_t p, q;
  for (; size >= 8; size -= 8, x += 8, y += 8) {
    __builtin_memcpy(&p, x, 8);
    __builtin_memcpy(&q, y, 8);
    if (p != q) return false;
  }
  for (; size > 0; --size) {
    if (*x++ != *y++) return false;
  }
  return true;
}

struct Name {
  std::string_view text;  // owned by somebody who outlives the Name
  uint32_t hash = 0;
  bool known = false;  // an element name of the definitions, as Definitions::name() gives it: no two have one hash

  Name() = default;
  constexpr explicit Name(std::string_view t) : text(t), hash(hashName(t)) {}
  constexpr bool is(std::string_view other, uint32_t other_hash) const { return hash == other_hash && text == other; }
};

}  // namespace fhir::base
