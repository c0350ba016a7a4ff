#pragma once
// FHIR resources as XML (R4 2.1.0.1): elements in the order of their definitions, values as they were written.

#include <string>

#include "fhir/base/issue.h"
#include "fhir/model/document.h"

namespace fhir::model {

// What XML cannot carry is left out and is a finding: members that FHIR does not define, characters that XML 1.0
// does not have, a div that is no XML (its text is kept). `document` must be a FHIR resource.
std::string writeXml(const Document& document, base::Findings& findings);
// Indented by two spaces, for people.
std::string writePrettyXml(const Document& document, base::Findings& findings);

}  // namespace fhir::model
