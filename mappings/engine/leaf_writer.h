#pragma once
// Writes what an expression gave into a FHIR element: by the element's type, as JSON.

#include <string>

#include "fhir/base/result.h"
#include "fhir/path/item.h"
#include "mappings/engine/map.h"
#include "mappings/engine/part_view.h"

namespace mappings::engine {

// Appends the item as one JSON value; appends nothing when its text is blank. Why::Invalid when the item cannot be
// such an element; the sentence names the source field and its byte, never the value.
fhir::base::Done appendItem(std::string& out, const fhir::path::Item& item, const Target& target,
                            const PartView& part, fhir::base::Arena& arena);

// A code must be in the element's required value set, where that is carried. `json` is the value that was written.
fhir::base::Done checkBinding(const Target& target, std::string_view json);

}  // namespace mappings::engine
