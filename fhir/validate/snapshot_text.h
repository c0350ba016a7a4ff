#pragma once
// A profile with its snapshot written out: what validation understands of it, element by element (R4 5.1.0.14).
//
// Cardinalities, types, bindings, invariants and flags come from R4 and from all profiles below; texts (short,
// definition, comment, mapping, ...) from the profile's own differential. R4's texts are not carried: where the
// differential has none, `definition` names the element of R4. Elements of data types stand there where a profile
// says something of them. Thread-safe.

#include <string>

#include "fhir/base/result.h"
#include "fhir/model/document.h"

namespace fhir::validate {

class Profiles;

// `definition` is a StructureDefinition that `profiles` holds complete; the result is its JSON, compact, with the
// snapshot before the differential. Why::NotFound when it cannot be used: Profiles::lacks() says why.
base::Result<std::string> withSnapshot(const model::Document& definition, const Profiles& profiles);

}  // namespace fhir::validate
