// ConceptMap/$translate.

#include <optional>

#include "fhir/model/json_writer.h"
#include "fhir/terminology/concept_map.h"
#include "fhir/terminology/layer.h"
#include "fhir/terminology/operation_list.h"

namespace fhir::terminology::operations {
namespace {

base::Done readCodings(const Call& call, std::vector<Coding>& out) {
  const OperationInput& input = call.input;
  int ways = int(input.has("code")) + int(input.has("coding")) + int(input.has("codeableConcept"));
  if (ways != 1) return base::invalid("one of code, coding and codeableConcept is needed", "code");
  if (path::Node node = input.value("coding"); node.tree) {
    out.push_back(OperationInput::codingOf(node));
  } else if (path::Node concept_node = input.value("codeableConcept"); concept_node.tree) {
    out = OperationInput::codingsOf(concept_node);
  } else {
    if (!input.has("system")) return base::invalid("a code needs a system", "system");
    out.push_back({.system = input.text("system"), .version = input.text("version"), .code = input.text("code")});
  }
  return {};
}

// dependency: element, and a concept whose codings each are an answer.
void readDependencies(const OperationInput& input, std::vector<MappingAttribute>& out) {
  for (path::Node dependency : input.all("dependency")) {
    std::string element;
    std::vector<Coding> codings;
    for (path::Node part : childrenNamed(dependency, "part")) {
      std::string_view name = textOf(part, "name");
      if (name == "element") element = textOf(part, "value");
      if (name != "concept") continue;
      path::Node value = model::Document::child(part, "value");
      if (value.tree) codings = OperationInput::codingsOf(value);
    }
    for (const Coding& coding : codings) {
      out.push_back({element, std::string(coding.system), std::string(coding.code), std::string(coding.display)});
    }
  }
}

void writeAttributes(OperationOutput& out, std::string_view name, const std::vector<MappingAttribute>& list) {
  for (const MappingAttribute& one : list) {
    out.begin(name).add("element", "Uri", one.property);
    out.addCoding("concept", one.system, {}, one.value, one.display).end();
  }
}

}  // namespace

base::Result<std::string> translateCode(const Call& call) {
  const OperationInput& input = call.input;
  TranslateQuestion question;
  std::vector<Coding> codings;
  RETURN_IF_ERROR(readCodings(call, codings));
  question.codings = codings;
  question.source = input.text("source");
  question.target = input.text("target");
  question.target_system = input.text("targetsystem");
  ASSIGN_OR_RETURN(question.reverse, input.flag("reverse", false));
  readDependencies(input, question.dependencies);
  std::string canonical(call.call.instance.empty() ? input.text("url") : call.call.instance);
  if (input.has("conceptMapVersion")) {
    canonical = canonicalOf(splitCanonical(canonical).url, input.text("conceptMapVersion"));
  }
  question.url = canonical;
  std::optional<ConceptMap> given;
  if (path::Node resource = input.resource("conceptMap"); resource.tree) {
    base::Findings findings;
    ASSIGN_OR_RETURN(auto document, model::Document::readResource(model::writeJson(resource), findings));
    ASSIGN_OR_RETURN(given, ConceptMap::read(document));
    question.inline_map = &*given;
  }
  ASSIGN_OR_RETURN(TranslateAnswer answer, translate(*call.terminology, question));
  OperationOutput out;
  out.add("result", "Boolean", answer.result ? "true" : "false");
  out.add("message", "String", answer.message);
  for (const TranslateMatch& match : answer.matches) {
    out.begin("match").add("equivalence", "Code", toString(match.equivalence));
    const Coding& target = match.concept_coding;
    if (!target.code.empty()) out.addCoding("concept", target.system, target.version, target.code, target.display);
    writeAttributes(out, "product", match.products);
    writeAttributes(out, "dependsOn", match.depends_on);
    out.add("comment", "String", match.comment).add("source", "Uri", match.source_map).end();
  }
  return out.finish();
}

}  // namespace fhir::terminology::operations
