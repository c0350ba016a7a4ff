#pragma once
// One function for each operation of operations.h. Private to fhir/terminology.

#include <memory>
#include <string>

#include "fhir/base/result.h"
#include "fhir/terminology/loaded_terminology.h"
#include "fhir/terminology/operation_parameters.h"
#include "fhir/terminology/operations.h"
#include "fhir/terminology/resource_reading.h"

namespace fhir::terminology::operations {

struct Call {
  const std::shared_ptr<const LoadedTerminology>& terminology;
  const OperationInput& input;
  const OperationCall& call;

  std::string_view language() const {
    std::string_view asked = input.text("displayLanguage");
    return asked.empty() ? call.accept_language : asked;
  }
};

base::Result<std::string> lookup(const Call& call);
base::Result<std::string> validateInSystem(const Call& call);
base::Result<std::string> validateInSet(const Call& call);
base::Result<std::string> subsumes(const Call& call);
base::Result<std::string> expandSet(const Call& call);
base::Result<std::string> translateCode(const Call& call);

// "url|version"; `version` may be empty.
std::string canonicalOf(std::string_view url, std::string_view version);

}  // namespace fhir::terminology::operations
