#pragma once
// Strict mode (N1 11, type safety and strict evaluation): works out what types an expression can meet, and refuses
// what can never have a value. Private to fhir/path.
//
// Refused: a member that none of the possible types has; a first type name that is not the context's; a step that
// depends on order after children() or descendants(); a condition of iif() that is no Boolean. Where the types
// cannot be known (resolve(), children(), variables of the host), nothing is refused.

#include <string_view>

#include "fhir/base/result.h"
#include "fhir/path/program.h"

namespace fhir::path {

// `type`: the FHIR type of the context. Why::Invalid with the place.
base::Done checkStrictly(const Expression::Program& program, std::string_view type);

// The same walk without refusing anything: what the result can be.
PossibleTypes possibleTypes(const Expression::Program& program, const PossibleTypes& focus);

}  // namespace fhir::path
