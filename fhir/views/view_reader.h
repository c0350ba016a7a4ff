#pragma once
// Reads a view's JSON into its compiled form and refuses what is wrong, with the place. Private to fhir/views.

#include <memory>
#include <string_view>

#include "fhir/base/result.h"
#include "fhir/views/program.h"

namespace fhir::views {

base::Result<std::unique_ptr<ViewDefinition::Program>> readView(std::string_view json, std::string_view file);

}  // namespace fhir::views
