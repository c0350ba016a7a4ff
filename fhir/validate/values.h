#pragma once
// Comparing elements with the fixed and pattern values of a profile (ElementDefinition.fixed[x], .pattern[x]).
// Private to fhir/validate.

#include "fhir/path/navigator.h"

namespace fhir::validate {

// The same value, with the same children in number and order of repetitions.
bool equalsFixed(path::Node actual, path::Node fixed);
// All that the pattern says is there; lists hold what the pattern's lists hold, in any order.
bool fitsPattern(path::Node actual, path::Node pattern);

}  // namespace fhir::validate
