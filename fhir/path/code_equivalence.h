#pragma once
// What FHIR adds to `~` (FHIR R4 2.9.1.6): the id of an element does not count; Codings are equivalent by system and
// code, CodeableConcepts when they have an equivalent Coding. Private to fhir/path.

#include <optional>

#include "fhir/path/evaluator.h"

namespace fhir::path {

// Of two Codings or two CodeableConcepts; nothing of other types, and of concepts without any Coding.
std::optional<bool> equivalentCodes(Evaluator& evaluator, const Item& left, const Item& right);

// A CodeableConcept: nothing of it but one Coding of many need agree.
bool isConcept(const Item& item);

// The children that count: without the id, of a Coding its system and code.
void childrenForEquivalence(Evaluator& evaluator, const Item& item, Items& out);

}  // namespace fhir::path
