// ValueSet/$validate-code and CodeSystem/$validate-code.

#include <algorithm>
#include <optional>

#include "fhir/model/json_writer.h"
#include "fhir/terminology/layer.h"
#include "fhir/terminology/operation_list.h"
#include "fhir/terminology/validate_code.h"

namespace fhir::terminology::operations {
namespace {

using base::Error;
using base::Severity;
using base::Why;

constexpr std::string_view kIssueTypes = "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type";

// How the codings were given: the place of an issue begins with it.
enum class Given : uint8_t { Code, Coding, Concept };

struct Asked {
  std::vector<Coding> codings;
  Given given = Given::Code;
};

base::Result<Asked> codesAsked(const OperationInput& input) {
  Asked asked;
  int ways = int(input.has("code")) + int(input.has("coding")) + int(input.has("codeableConcept"));
  if (ways != 1) return base::invalid("one of code, coding and codeableConcept is needed", "code");
  if (path::Node node = input.value("coding"); node.tree) {
    asked.given = Given::Coding;
    asked.codings.push_back(OperationInput::codingOf(node));
  } else if (path::Node concept_node = input.value("codeableConcept"); concept_node.tree) {
    asked.given = Given::Concept;
    asked.codings = OperationInput::codingsOf(concept_node);
    if (asked.codings.empty()) return base::invalid("a concept without codings cannot be checked", "codeableConcept");
  } else {
    asked.codings.push_back({.code = input.text("code"), .display = input.text("display")});
  }
  for (const Coding& coding : asked.codings) {
    if (coding.code.empty()) return base::invalid("a code is needed", "code");
  }
  return asked;
}

std::string placeOf(const CodeIssue& issue, Given given) {
  std::string place;
  if (given == Given::Coding) place = "Coding";
  if (given == Given::Concept) place = "CodeableConcept.coding[" + std::to_string(issue.coding) + "]";
  if (issue.element.empty()) return place;
  return place.empty() ? std::string(issue.element) : place + "." + std::string(issue.element);
}

std::string issuesJson(const std::vector<CodeIssue>& issues, Given given) {
  std::string out = "{\"resourceType\":\"OperationOutcome\",\"issue\":[";
  for (const CodeIssue& issue : issues) {
    if (out.back() != '[') out += ',';
    out += '{';
    appendMember(out, "severity", base::toString(issue.severity));
    appendMember(out, "code", issueType(issue.kind));
    out.append(",\"details\":{\"coding\":[").append(codingJson(kIssueTypes, {}, issueDetail(issue.kind), {}));
    out.append("],\"text\":");
    model::appendJsonString(out, issue.message);
    out += '}';
    std::string place = placeOf(issue, given);
    if (!place.empty()) {
      out += ",\"expression\":[";
      model::appendJsonString(out, place);
      out += ']';
    }
    out += '}';
  }
  return out + "]}";
}

// Unknown counts as valid only where a part of a code system is here and the code may be in the rest.
bool resultOf(const CodeAnswer& answer) {
  if (answer.outcome != CodeAnswer::Outcome::Unknown) return answer.valid();
  return !answer.issues.empty() &&
         std::all_of(answer.issues.begin(), answer.issues.end(),
                     [](const CodeIssue& issue) { return issue.kind == CodeIssueKind::NotInFragment; });
}

std::string write(const Call& call, const Asked& asked, const CodeAnswer& answer) {
  OperationOutput out;
  out.add("result", "Boolean", resultOf(answer) ? "true" : "false");
  out.add("message", "String", answer.message());
  out.add("display", "String", answer.display);
  if (asked.given == Given::Concept) {
    out.addRaw("codeableConcept", "valueCodeableConcept", model::writeJson(call.input.value("codeableConcept")));
  }
  out.add("code", "Code", answer.code);
  out.add("system", "Uri", answer.system);
  out.add("version", "String", answer.version);
  if (answer.inactive) out.add("inactive", "Boolean", "true");
  if (!answer.issues.empty()) out.addRaw("issues", "resource", issuesJson(answer.issues, asked.given));
  for (const CodeIssue& issue : answer.issues) {
    if (issue.kind != CodeIssueKind::UnknownCodeSystem) continue;
    out.add("x-caused-by-unknown-system", "Canonical", asked.codings[issue.coding].system);
    break;
  }
  return out.finish();
}

base::Result<std::string> validate(const Call& call, const Asked& asked, CodeQuestion question,
                                   const LoadedTerminology& terminology) {
  question.codings = asked.codings;
  question.display_language = call.language();
  ASSIGN_OR_RETURN(question.allow_abstract, call.input.flag("abstract", true));
  ASSIGN_OR_RETURN(question.active_only, call.input.flag("activeOnly", false));
  ASSIGN_OR_RETURN(question.lenient_display, call.input.flag("lenient-display-validation", false));
  return write(call, asked, validateCode(terminology, question));
}

}  // namespace

base::Result<std::string> validateInSet(const Call& call) {
  const OperationInput& input = call.input;
  ASSIGN_OR_RETURN(Asked asked, codesAsked(input));
  if (asked.given == Given::Code) {
    asked.codings[0].system = input.text("system");
    asked.codings[0].version = input.text("systemVersion");
  }
  CodeQuestion question;
  ASSIGN_OR_RETURN(question.infer_system, input.flag("inferSystem", false));
  std::optional<ValueSet> given;
  std::string canonical(call.call.instance);
  if (path::Node resource = input.resource("valueSet"); resource.tree) {
    ASSIGN_OR_RETURN(given, ValueSet::read(resource));
    question.inline_value_set = &*given;
  } else if (canonical.empty()) {
    canonical = input.text("url");
    if (canonical.empty()) return base::invalid("a value set is needed: url or valueSet", "url");
    if (input.has("valueSetVersion")) {
      canonical = canonicalOf(splitCanonical(canonical).url, input.text("valueSetVersion"));
    }
  }
  if (!question.inline_value_set && !call.terminology->valueSet(canonical)) {
    return Error{Why::NotFound, "the value set " + canonical + " is not known here", "url"};
  }
  question.value_set = canonical;
  return validate(call, asked, question, *call.terminology);
}

base::Result<std::string> validateInSystem(const Call& call) {
  const OperationInput& input = call.input;
  ASSIGN_OR_RETURN(Asked asked, codesAsked(input));
  std::shared_ptr<const LoadedTerminology> terminology = call.terminology;
  std::string canonical(call.call.instance);
  if (path::Node resource = input.resource("codeSystem"); resource.tree) {
    LoadedTerminology::Builder builder(terminology);
    RETURN_IF_ERROR(builder.addJson(model::writeJson(resource), "codeSystem"));
    terminology = builder.build();
    canonical = textOf(resource, "url");
  }
  if (canonical.empty()) canonical = input.text("url");
  Canonical system = splitCanonical(canonical);
  if (asked.given == Given::Code) {
    if (system.url.empty()) return base::invalid("a code system is needed: url, codeSystem or coding.system", "url");
    asked.codings[0].system = system.url;
    asked.codings[0].version = input.has("version") ? input.text("version") : system.version;
  }
  for (const Coding& coding : asked.codings) {
    if (system.url.empty() || coding.system == system.url || asked.given == Given::Concept) continue;
    return base::invalid("the coding is of another code system than url", "coding");
  }
  return validate(call, asked, {}, *terminology);
}

}  // namespace fhir::terminology::operations
