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

// Equality of short texts without a call: names have few characters, and hashes have been compared before. Words that
// overlap cover what is no multiple of their size.
inline bool sameText(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const auto same = [x = a.data(), y = b.data()]<typename Word>(size_t at, Word) {
    Word p, q;
    __builtin_memcpy(&p, x + at, sizeof(Word));
    __builtin_memcpy(&q, y + at, sizeof(Word));
    return p == q;
  };
  const size_t size = a.size();
  if (size >= 8) {
    for (size_t at = 0; at + 8 < size; at += 8)
      if (!same(at, uint64_t{})) return false;
    return same(size - 8, uint64_t{});
  }
  if (size >= 4) return same(0, uint32_t{}) && same(size - 4, uint32_t{});
  if (size >= 2) return same(0, uint16_t{}) && same(size - 2, uint16_t{});
  return size == 0 || *a.data() == *b.data();
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
