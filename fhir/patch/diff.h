#pragma once
// Making a patch from two resources. Applying it to the first gives the second exactly: all values, numbers to the
// digit, lists in order (the order of members of an object means nothing in JSON). Thread-safe.
//
// Lists: an item that is the same stays, one with the same `id` is changed in place, others are paired in order;
// then deletions, insertions and moves, from the front.

#include <string_view>

#include "fhir/base/result.h"
#include "fhir/model/json_value.h"

namespace fhir::patch {

// A JSON Patch of add, remove and replace, for any JSON.
model::JsonValue jsonPatchBetween(const model::JsonValue& before, const model::JsonValue& after);

// A Parameters resource. Why::Invalid when they are no resources of one type and id; Why::Unsupported when there are
// members that R4 does not define, for FHIRPath Patch cannot carry them.
base::Result<model::JsonValue> fhirPathPatchBetween(const model::JsonValue& before, const model::JsonValue& after);

}  // namespace fhir::patch
