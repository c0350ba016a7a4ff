#pragma once
// From the place of a finding back to the element: "Patient.name[0].given[1]".

#include <cstdint>
#include <optional>
#include <string_view>

#include "fhir/model/document.h"
#include "fhir/model/tree.h"

namespace fhir::validate {

// The record at the place, as placeOf() writes it; the nearest one above it that exists when it does not; nothing for
// what is no place in this resource.
std::optional<uint32_t> nodeAt(const model::Document::Tree& tree, std::string_view place);

}  // namespace fhir::validate
