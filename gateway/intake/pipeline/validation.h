#pragma once
// Validation: what a source's policy (fhir/validate/policy.h) says about the resources that its mappings make.
// Thread-safe.
//
//   reject      the part is refused: the sender is told no where it waits for the outcome, and nothing is written
//   quarantine  the part is parked, to be replayed after a fix; nothing is written
//   accept      the part is written; what was found is its note (`onecard trace`) and counted
//   ignore      nothing is said
//
// The strictest grade of all findings of a part decides, as a part is written whole or not at all. What makes a
// resource no FHIR (unknown elements, wrong kinds of JSON) is never milder than quarantine.

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/issue.h"
#include "fhir/base/result.h"
#include "fhir/base/temporal.h"
#include "fhir/model/document.h"
#include "fhir/terminology/loaded_terminology.h"
#include "fhir/validate/policy.h"
#include "fhir/validate/validator.h"

namespace gateway::intake {

// Findings of one rule at one place of one kind of resource.
struct GradedFinding {
  fhir::validate::Grade grade = fhir::validate::Grade::Ignore;
  fhir::base::Severity severity = fhir::base::Severity::Information;
  std::string rule;
  std::string place;  // "report DiagnosticReport.status": the mapping's name and the element, without indexes
  std::string what;
  uint32_t count = 0;
};

// Of one part. Ignored findings are not in it.
class Verdict {
 public:
  void add(GradedFinding finding);
  fhir::validate::Grade grade() const { return grade_; }  // the strictest; Ignore when nothing was found
  const std::vector<GradedFinding>& findings() const { return findings_; }
  // The findings of the strictest grade for a person: places and rules, never values. Empty when there are none.
  std::string text() const;

 private:
  std::vector<GradedFinding> findings_;
  fhir::validate::Grade grade_ = fhir::validate::Grade::Ignore;
};

class Validation {
 public:
  struct Parts {
    std::shared_ptr<const fhir::validate::Profiles> profiles;
    std::shared_ptr<const fhir::terminology::LoadedTerminology> terminology;
    std::function<fhir::base::Result<fhir::validate::Policy>()> read_policy;
  };
  static fhir::base::Result<std::shared_ptr<Validation>> create(Parts parts);

  // Reads the policy again, for all that is judged from now on. On an error the old one stays.
  fhir::base::Done reload();

  // `name` is the resource's name in the mapping; `reading` what Document found when it read it.
  void judge(std::string_view name, const fhir::model::Document& resource, const fhir::base::Findings& reading,
             const fhir::base::Temporal& now, Verdict& verdict) const;

 private:
  explicit Validation(Parts parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const fhir::validate::Policy> policy() const;

  Parts parts_;
  mutable std::mutex mutex_;  // of policy_
  std::shared_ptr<const fhir::validate::Policy> policy_;
};

}  // namespace gateway::intake
