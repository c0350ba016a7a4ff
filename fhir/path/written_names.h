#pragma once
// Names as FHIR's JSON writes them. The logical model of FHIR R4 2.9 has Observation.value and no resourceType, and
// strict mode says so; many expressions in the field name valueQuantity and resourceType all the same, so they are
// found where nothing else answers to the name. Private to fhir/path.

#include "fhir/path/evaluator.h"

namespace fhir::path {

// Whether a name may be one: resourceType, or a choice with its type behind it. Everything else costs nothing.
bool isWrittenName(std::string_view name);

// The children that JSON writes by this name: of a choice those of the type; resourceType as a String.
void childrenWritten(Evaluator& evaluator, const Item& item, const base::Name& name, Items& out);

}  // namespace fhir::path
