#pragma once
// The functions that views add to FHIRPath, and the one that they read differently. Private to fhir/views.
//
// getResourceKey(), getReferenceKey([type]): the key is the id. It is found for references of the form "Patient/1"
// and "Patient/1/_history/2"; all others (absolute, urn:, contained, canonical) have no key here: whether they point
// into the same data cannot be known. join([separator]): of nothing it is an empty text, so that the column is never
// null (the suite of SQL on FHIR v2, fhirpath/"string join"); in FHIRPath alone it is empty.

#include <span>

#include "fhir/path/expression.h"

namespace fhir::views {

std::span<const path::HostFunction> viewFunctions();

}  // namespace fhir::views
