#pragma once
// Resources on standard input: JSON or XML, told apart by their first character.

#include <string>
#include <string_view>

#include "fhir/base/issue.h"
#include "fhir/base/result.h"
#include "fhir/model/document.h"

namespace gateway::cli {

bool looksLikeXml(std::string_view text);

// A FHIR resource; where = "line:column" when it cannot be read.
fhir::base::Result<fhir::model::Document> readResource(std::string text, fhir::base::Findings& findings);
// The same, and any other JSON as a plain tree without types: JSON whose resourceType is none of R4's.
fhir::base::Result<fhir::model::Document> readAnything(std::string text, fhir::base::Findings& findings);

// One finding for each line: "notice: Patient.name[0]: what (rule)".
void printFindings(const fhir::base::Findings& findings);

}  // namespace gateway::cli
