#pragma once
// CodeSystem resources from official spreadsheets saved as CSV, as mappings/code_systems/kinds.yaml describes them.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/result.h"

namespace mappings::engine {

struct CodeSystemKind {
  enum class Parent { None, Prefix, DigitPairs };
  std::string kind;  // "icd10-clinical"
  std::string system, name, title, source, pattern;
  std::vector<std::pair<std::string, std::string>> levels;      // columns of code and display
  std::vector<std::pair<std::string, std::string>> properties;  // column, code of the property
  std::vector<std::string> ignored;
  Parent parent = Parent::None;
};

// Why::Invalid with where = "file:line:column".
fhir::base::Result<std::vector<CodeSystemKind>> readCodeSystemKinds(const std::string& path);

// A CodeSystem in JSON, one concept on each line, in the order of the table. Why::Invalid with where = "file:line"
// and the column in the text; Why::NotFound when the file cannot be read. `version` may be empty.
fhir::base::Result<std::string> importCodeSystem(const CodeSystemKind& kind, const std::string& path,
                                                 std::string_view canonical, std::string_view version);

}  // namespace mappings::engine
