#pragma once
// Is this code valid? ValueSet/$validate-code and CodeSystem/$validate-code (FHIR R4 4.9.18.2, 4.8.22.2), also what
// bindings are checked with. Thread-safe; never expands a value set, so a check is cheap.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/issue.h"
#include "fhir/base/result.h"
#include "fhir/terminology/loaded_terminology.h"
#include "fhir/terminology/terminology.h"

namespace fhir::terminology {

struct CodeQuestion {
  // One for a code or Coding, several for a CodeableConcept: valid when one of them is.
  std::span<const Coding> codings;
  // Canonical of a value set; empty: the code systems of the codings alone.
  std::string_view value_set;
  // A value set that is not loaded (given with the request, contained). Wins over `value_set`.
  const ValueSet* inline_value_set = nullptr;
  // A `code` element has no system: it is taken from the value set. Refused when two systems of it have the code.
  bool infer_system = false;
  bool allow_abstract = true;  // false: concepts that are not to be used in records are not valid
  bool active_only = false;    // inactive concepts are not valid
  bool check_display = true;
  bool lenient_display = false;       // a wrong display is a warning only
  std::string_view display_language;  // like Accept-Language; empty: the display may be in any language
};

enum class CodeIssueKind : uint8_t {
  UnknownValueSet,    // the value set, or one that it imports, is not here
  FaultyValueSet,     // circular, or a filter that cannot be understood
  UnknownCodeSystem,  // the system is not here: neither valid nor invalid
  UnknownVersion,     // the system is here, but not in the version asked for
  MissingSystem,      // no system, and none may or can be inferred
  AmbiguousCode,      // several systems of the value set have it
  RelativeSystem,     // the system is not an absolute URI
  ValueSetAsSystem,   // the system is the url of a value set
  SupplementAsSystem,
  UnknownCode,      // the system does not define it
  NotInFragment,    // the same, but only a part of the system is here: neither valid nor invalid
  NotInValueSet,    // it is not one of the value set's
  AbstractCode,     // it is there, but not to be selected
  InactiveCode,     // it is there, but not in use any more
  WrongDisplay,     // display is none of the concept's; `message` names the right one
  DisplayLanguage,  // display is right in another language than the one asked for (a warning)
  CaseDiffers,      // right up to upper and lower case (information; answer.code is the system's own)
  DraftOrRetired,   // the code system or value set is a draft, retired or experimental (information)
};

struct CodeIssue {
  CodeIssueKind kind = CodeIssueKind::UnknownCode;
  base::Severity severity = base::Severity::Error;
  std::string message;       // a sentence; names systems, codes and displays of the question
  size_t coding = 0;         // which of the codings
  std::string_view element;  // "code", "system", "version", "display" or empty: what of the coding
};
// HL7 IssueType for OperationOutcome.issue.code, and the code of the tx issue types: "not-in-vs", "invalid-display"
// ...
std::string_view issueType(CodeIssueKind kind);
std::string_view issueDetail(CodeIssueKind kind);

struct CodeAnswer {
  // Unknown: it cannot be said, because something is not here (see issues).
  enum class Outcome : uint8_t { Valid, Invalid, Unknown };
  Outcome outcome = Outcome::Unknown;
  size_t coding = 0;  // the coding that is valid, else 0
  // Of the valid concept; views into the terminology or into the question.
  std::string_view system, version, code, display;
  bool inactive = false;
  std::vector<CodeIssue> issues;

  bool valid() const { return outcome == Outcome::Valid; }
  std::string message() const;  // the errors (else all issues) in one text; empty when there are none
};

// The display is checked only on the coding that is valid otherwise; a wrong display is an error that makes the
// outcome Invalid (as the operation demands), so a caller that only warns looks at `issues`.
CodeAnswer validateCode(const LoadedTerminology& terminology, const CodeQuestion& question);

}  // namespace fhir::terminology
