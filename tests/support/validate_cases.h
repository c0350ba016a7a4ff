#pragma once
// Cases of validation in text files (tests/cases/validate/README.md): a base resource, changes, expected findings.

#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/issue.h"
#include "fhir/base/result.h"

namespace tests::support {

struct ValidateCase {
  std::string name;
  std::string place;  // file:line
  std::string base;
  std::vector<std::string> changes;
  std::vector<std::string> expected;  // "error pat-1 Patient.contact[0]"
};

fhir::base::Result<std::vector<ValidateCase>> readValidateCases(const std::string& file);

// The findings as cases write them; must-support reports only when `information` is set.
std::vector<std::string> asExpected(const fhir::base::Findings& findings, bool information);

std::string readWholeFile(const std::string& path);

}  // namespace tests::support
