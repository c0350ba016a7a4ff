#include "tests/support/validate_cases.h"

#include <fstream>
#include <iterator>

#include "fhir/base/text.h"

namespace tests::support {

std::string readWholeFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

fhir::base::Result<std::vector<ValidateCase>> readValidateCases(const std::string& file) {
  std::vector<ValidateCase> out;
  const std::string text = readWholeFile(file);
  std::string base;
  size_t number = 0;
  for (std::string_view line : fhir::base::split(text, '\n')) {
    ++number;
    const std::string place = file.substr(file.rfind('/') + 1) + ":" + std::to_string(number);
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with("base ")) {
      base = line.substr(5);
    } else if (line.starts_with("== ")) {
      out.push_back({std::string(line.substr(3)), place, base, {}, {}});
    } else if (out.empty()) {
      return fhir::base::invalid("a line before the first case", place);
    } else if (line.starts_with("error ") || line.starts_with("warning ") || line.starts_with("information ")) {
      out.back().expected.emplace_back(line);
    } else {
      out.back().changes.emplace_back(line);
    }
  }
  return out;
}

std::vector<std::string> asExpected(const fhir::base::Findings& findings, bool information) {
  std::vector<std::string> out;
  for (const auto& finding : findings.list()) {
    if (!information && finding.severity == fhir::base::Severity::Information) continue;
    out.push_back(std::string(fhir::base::toString(finding.severity)) + " " + finding.rule + " " +
                  finding.expression);
  }
  return out;
}

}  // namespace tests::support
