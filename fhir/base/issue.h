#pragma once
// Findings: what is odd about the data, with the exact place, while the work went on.
// Severity and code are those of OperationOutcome.issue (FHIR R4 2.1.0, IssueSeverity and IssueType).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fhir::base {

enum class Severity : uint8_t { Information, Warning, Error, Fatal };
std::string_view toString(Severity severity);

struct Finding {
  Severity severity = Severity::Error;
  std::string code;        // HL7 IssueType: "structure", "required", "value", "invariant", ...
  std::string what;        // a sentence for a person, without personal data
  std::string expression;  // FHIRPath place in the resource: "Patient.name[0].given[1]"
  std::string rule;        // which rule spoke: "ele-1", "dom-3", "oru_r01.yaml:33:14"; may be empty
  std::string source;      // place in the source message: "OBX[4].5 byte 412"; may be empty
};

// Not thread-safe: one per unit of work.
class Findings {
 public:
  void add(Finding finding) { list_.push_back(std::move(finding)); }
  bool empty() const { return list_.empty(); }
  bool hasErrors() const;
  const std::vector<Finding>& list() const { return list_; }

 private:
  std::vector<Finding> list_;
};

}  // namespace fhir::base
