#pragma once
// JSON for people: a line for each member and item, two blanks for each depth.

#include <string>
#include <string_view>

namespace fhir::base {

// The same values in the same order, numbers as they were written; escapes in strings may be spelt another way.
// Text that is not one JSON value comes back as it is.
std::string prettyJson(std::string_view json);

}  // namespace fhir::base
