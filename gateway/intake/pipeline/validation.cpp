#include "gateway/intake/pipeline/validation.h"

#include <algorithm>

#include "fhir/validate/profiles.h"

namespace gateway::intake {

using fhir::base::Finding;
using fhir::base::Findings;
using fhir::base::Severity;
using fhir::validate::Grade;

namespace {

constexpr size_t kMostTold = 10;  // in the reason or note of a part

std::string withoutIndexes(std::string_view place) {
  std::string out;
  bool inside = false;
  for (char c : place) {
    inside = inside || c == '[';
    if (!inside) out += c;
    if (c == ']') inside = false;
  }
  return out;
}

const std::string& ruleOf(const Finding& finding) { return finding.rule.empty() ? finding.code : finding.rule; }

// Whether the reader said it, not the validator: then the text is no FHIR.
bool isOfReading(const Finding& finding, const Findings& reading) {
  return std::any_of(reading.list().begin(), reading.list().end(), [&](const Finding& one) {
    return one.severity >= Severity::Error && one.expression == finding.expression && one.what == finding.what;
  });
}

}  // namespace

void Verdict::add(GradedFinding finding) {
  grade_ = std::max(grade_, finding.grade);
  for (GradedFinding& known : findings_) {
    if (known.grade == finding.grade && known.severity == finding.severity && known.rule == finding.rule &&
        known.place == finding.place) {
      ++known.count;
      return;
    }
  }
  finding.count = 1;
  findings_.push_back(std::move(finding));
}

std::string Verdict::text() const {
  std::string out;
  size_t told = 0, kinds = 0;
  for (const GradedFinding& finding : findings_) {
    if (finding.grade != grade_ || ++kinds > kMostTold) continue;
    ++told;
    if (!out.empty()) out += "; ";
    out += finding.place + ": ";
    out += fhir::base::toString(finding.severity);
    out += " " + finding.rule + ", " + finding.what;
    if (finding.count > 1) out += " (" + std::to_string(finding.count) + " times)";
  }
  if (kinds > told) out += "; and " + std::to_string(kinds - told) + " more";
  return out;
}

fhir::base::Result<std::shared_ptr<Validation>> Validation::create(Parts parts) {
  std::shared_ptr<Validation> validation(new Validation(std::move(parts)));
  RETURN_IF_ERROR(validation->reload());
  return validation;
}

fhir::base::Done Validation::reload() {
  ASSIGN_OR_RETURN(auto read, parts_.read_policy());
  auto policy = std::make_shared<const fhir::validate::Policy>(std::move(read));
  std::lock_guard lock(mutex_);
  policy_ = std::move(policy);
  return {};
}

std::shared_ptr<const fhir::validate::Policy> Validation::policy() const {
  std::lock_guard lock(mutex_);
  return policy_;
}

void Validation::judge(std::string_view name, const fhir::model::Document& resource, const Findings& reading,
                       const fhir::base::Temporal& now, Verdict& verdict) const {
  const auto policy = this->policy();
  fhir::validate::Options options;
  options.profiles = policy->profilesOf(resource.resourceType());
  // Asking changes nothing; the port's functions are not const.
  options.terminology = const_cast<fhir::terminology::LoadedTerminology*>(parts_.terminology.get());
  options.now = now;
  const fhir::validate::Validator validator(*parts_.profiles);
  const Findings findings = validator.validate(resource, reading, options);
  for (const Finding& finding : findings.list()) {
    Grade grade = policy->gradeOf(finding);
    if (isOfReading(finding, reading)) grade = std::max(grade, Grade::Quarantine);
    if (grade == Grade::Ignore) continue;
    verdict.add({grade, finding.severity, ruleOf(finding),
                 std::string(name) + " " + withoutIndexes(finding.expression), finding.what, 1});
  }
}

}  // namespace gateway::intake
