#pragma once
// Search parameters whose values are those of other parameters of the same type. They have no index rows of their
// own; a search asks the others:
//
//   Observation.combo-code                 code, or component-code
//   Observation.code-value-quantity        code and value-quantity: the resource has one code and one value
//   Observation.combo-code-value-quantity  code and value-quantity, or component-code-value-quantity
//
// component-code-value-quantity is not derived: only its own rows know which code and value stand in one component.

#include <vector>

#include "fhir/definitions/lookup.h"

namespace gateway::record::search {

struct Alternative {
  // One: takes the operand as it is. Several: each takes its part of a composite operand, and all must hold.
  std::vector<const fhir::definitions::SearchParameter*> parameters;
};

bool isDerived(const fhir::definitions::SearchParameter& parameter);
bool isDerived(fhir::definitions::ParameterNumber number);
// All of them, ascending: an extractor need not make their values.
const std::vector<fhir::definitions::ParameterNumber>& derivedParameters();
// Empty unless derived.
std::vector<Alternative> alternativesOf(const fhir::definitions::Definitions& definitions,
                                        const fhir::definitions::SearchParameter& parameter);

// The parameters that a composite joins, in order; nullptr where the definitions name none.
std::vector<const fhir::definitions::SearchParameter*> componentsOf(
    const fhir::definitions::Definitions& definitions, const fhir::definitions::SearchParameter& composite);

}  // namespace gateway::record::search
