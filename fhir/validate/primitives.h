#pragma once
// The formats of R4's primitive types (2.24.0.1), exactly: the published regular expressions and what the text
// adds to them (days of a month, ranges of integers, the largest string). Thread-safe.

#include <cstddef>
#include <string_view>

#include "fhir/definitions/lookup.h"

namespace fhir::validate {

// What is wrong with a value of the type, as a sentence for a person; empty when it is right. For types that are no
// primitives always empty.
std::string_view wrongPrimitive(definitions::TypeNumber type, std::string_view value);
std::string_view wrongPrimitive(std::string_view type, std::string_view value);

}  // namespace fhir::validate
