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

struct Name {
  std::string_view text;  // owned by somebody who outlives the Name
  uint32_t hash = 0;

  Name() = default;
  constexpr explicit Name(std::string_view t) : text(t), hash(hashName(t)) {}
  constexpr bool is(std::string_view other, uint32_t other_hash) const { return hash == other_hash && text == other; }
};

}  // namespace fhir::base
