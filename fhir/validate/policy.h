#pragma once
// Policy: what becomes of a resource with findings, for each source its own. A table in strict YAML:
//
//   default:                      # for findings that no rule names; each may be left out
//     error: quarantine
//     warning: accept
//     information: ignore
//   rules:                        # the first that fits decides
//     - rule: binding             # the rule's id; bdl-* stands for all that begin so, * for all
//       at: Patient.gender        # only there and below, without indexes; may be left out
//       severity: error           # only of this severity; may be left out
//       grade: reject
//   profiles:                     # what resources of a type must conform to, besides those they name themselves
//     Patient: http://onecard.example/StructureDefinition/county-patient    # or a list
//
// Grades: reject (the sender hears no), quarantine (kept aside until somebody decides), accept (taken, with the
// finding as a warning), ignore (taken, nothing is said). Immutable and thread-safe.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/issue.h"
#include "fhir/base/result.h"
#include "fhir/base/strict_yaml.h"

namespace fhir::validate {

enum class Grade : uint8_t { Ignore, Accept, Quarantine, Reject };  // from the mildest to the strictest
std::string_view toString(Grade grade);

class Policy {
 public:
  // Errors are quarantined, warnings accepted.
  Policy() = default;
  // Why::Invalid with where = "file:line:column": unknown keys, grades, severities, resource types.
  static base::Result<Policy> read(std::string_view yaml, std::string_view file);
  static base::Result<Policy> read(const base::YamlNode& table, std::string_view file);

  Grade gradeOf(const base::Finding& finding) const;
  // The strictest of all; Ignore when there are none.
  Grade gradeOf(const base::Findings& findings) const;

  // Canonicals that resources of the type must conform to.
  std::span<const std::string> profilesOf(std::string_view type) const;
  struct NamedProfile {
    std::string canonical;
    std::string where;  // "file:line:column"
  };
  // All of them, for a check that they exist.
  const std::vector<NamedProfile>& profiles() const { return named_; }

 private:
  base::Done readDefault(const base::YamlNode& table, std::string_view file);
  base::Done readRules(const base::YamlNode& list, std::string_view file);
  base::Done readProfiles(const base::YamlNode& table, std::string_view file);

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
  Grade information_ = Grade::Ignore;
  std::map<std::string, std::vector<std::string>, std::less<>> by_type_;
  std::vector<NamedProfile> named_;
};

}  // namespace fhir::validate
