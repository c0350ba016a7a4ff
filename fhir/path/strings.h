#pragma once
// Strings by code point (N1 5.6). Private to fhir/path.

#include <cstdint>
#include <string>
#include <string_view>

#include "fhir/base/arena.h"

namespace fhir::path {

std::string_view concatenate(base::Arena& arena, std::string_view left, std::string_view right);

// Letters without their case, each white space as a blank (N1 6.1.2).
std::string foldedForEquivalence(std::string_view text);
bool equivalentTexts(std::string_view left, std::string_view right);

// The byte at which code point `index` begins; the size when there is none.
size_t byteOf(std::string_view text, size_t index);

}  // namespace fhir::path
