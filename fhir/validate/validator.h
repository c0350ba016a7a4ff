#pragma once
// Validator: what is wrong with a resource by FHIR R4 and by profiles, as findings with exact places.
//
//   ASSIGN_OR_RETURN(auto profiles, Profiles::create());      // R4's own; load() adds others
//   Validator validator(*profiles);
//   base::Findings reading;
//   ASSIGN_OR_RETURN(auto document, model::Document::readResource(json, reading));
//   base::Findings findings = validator.validate(document, reading, {});
//
// Findings are in the order of the document. A finding about something that is missing is at the element that
// should hold it; one about something that is there is at that. `rule` is the key of an invariant ("pat-1"), or of
//  - form: unknown-element, json-type, json-array, json-null, json-empty, resource-type, choice-type;
//  - elements: cardinality, primitive, attachment-size, binding, code, unit, type;
//  - references and Bundles: reference-format, reference-target, contained-id, fullurl, bundle-reference;
//  - extensions: extension-unknown, extension-context, extension-modifier;
//  - profiles: profile-unknown, profile, slicing, fixed, pattern, min-value, max-value, max-length, must-support;
//  - limits: invariant-stopped (steps or depth of one invariant), limit (more findings than are listed).
// `code` is the IssueType of OperationOutcome. Texts name places and rules and quote nothing of the data.
// Thread-safe; one call uses one thread.

#include <span>
#include <string>
#include <string_view>

#include "fhir/base/issue.h"
#include "fhir/base/temporal.h"
#include "fhir/model/document.h"

namespace fhir::terminology {
class Terminology;
}

namespace fhir::validate {

class Profiles;

struct Options {
  std::span<const std::string> profiles;            // canonicals that the resource must conform to
  terminology::Terminology* terminology = nullptr;  // value sets beyond those carried; may be absent
  base::Temporal now;                               // for invariants that ask
  bool must_support = true;                         // information for absent must-support elements
  uint64_t invariant_steps = 500'000;               // of one evaluation
  uint32_t most_findings = 1'000;                   // after that one more says that there are more
};

class Validator {
 public:
  explicit Validator(const Profiles& profiles) : profiles_(profiles) {}  // must outlive the Validator

  // `reading` is what Document found while it read the resource; it becomes part of the result.
  base::Findings validate(const model::Document& document, const base::Findings& reading,
                          const Options& options) const;

 private:
  const Profiles& profiles_;
};

}  // namespace fhir::validate
