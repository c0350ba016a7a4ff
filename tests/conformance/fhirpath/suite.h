#pragma once
// HL7's FHIRPath test suite: the XML file as a list of cases (FHIR/FHIRPath tests/testSchema.xsd).

#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"

namespace conformance {

struct Output {
  std::string type;  // "boolean", "code", "Quantity", ...; may be empty
  std::string value;
};

struct Case {
  std::string group;
  std::string name;
  std::string input_file;  // "patient-example.xml"; may be empty
  std::string expression;
  std::string invalid;  // "syntax", "semantic", "execution", "true"; empty: it must evaluate
  bool strict = false;
  bool predicate = false;
  bool ordered = true;
  std::vector<Output> outputs;
};

fhir::base::Result<std::vector<Case>> readSuite(std::string_view xml);

}  // namespace conformance
