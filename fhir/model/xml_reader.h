#pragma once
// FHIR XML -> FHIR JSON (R4 2.1.0.1 and 2.1.0.6): attributes `value`, `id` and `url` become members, repeating
// elements arrays, `div` a string. Numbers keep their digits. What FHIR does not define is a finding; elements that
// are unknown are carried over, so that readResource finds them again.

#include <string>
#include <string_view>

#include "fhir/base/issue.h"
#include "fhir/base/result.h"
#include "fhir/model/document.h"

namespace fhir::model {

// Why::Invalid or Why::TooCostly with where = "line:column" in the XML.
base::Result<std::string> xmlToJson(std::string_view xml, base::Findings& findings, const ReadLimits& limits = {});

}  // namespace fhir::model
