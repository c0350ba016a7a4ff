#pragma once
// Policy: what becomes of a resource with findings, for each source its own. A table in strict YAML:
//
//   default:                      # for findings that no rule names; each may be left out
//     error: quarantine
//     warning: accept
//     information: accept
//   rules:                        # the first that fits decides
//     - rule: binding             # the rule's id; bdl-* stands for all that begin so, * for all
//       at: Patient.gender        # only there and below, without indexes; may be left out
//       severity: error           # only of this severity; may be left out
//       grade: reject
//
// Grades: reject (the sender hears no), quarantine (kept aside until somebody decides), accept (taken, with the
// finding as a warning). Immutable and thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/issue.h"
#include "fhir/base/result.h"
#include "fhir/base/strict_yaml.h"

namespace fhir::validate {

enum class Grade : uint8_t { Accept, Quarantine, Reject };  // from the mildest to the strictest
std::string_view toString(Grade grade);

class Policy {
 public:
  // Errors are quarantined, everything else is accepted.
  Policy() = default;
  // Why::Invalid with where = "file:line:column": unknown keys, grades, severities.
  static base::Result<Policy> read(std::string_view yaml, std::string_view file);
  static base::Result<Policy> read(const base::YamlNode& table, std::string_view file);

  Grade gradeOf(const base::Finding& finding) const;
  // The strictest of all; Accept when there are none.
  Grade gradeOf(const base::Findings& findings) const;

 private:
  struct Rule {
    std::string rule;  // without the star
    bool begins = false;
    std::string at;
    std::optional<base::Severity> severity;
    Grade grade = Grade::Accept;
  };
  std::vector<Rule> rules_;
  Grade error_ = Grade::Quarantine;
  Grade warning_ = Grade::Accept;
  Grade information_ = Grade::Accept;
};

}  // namespace fhir::validate
