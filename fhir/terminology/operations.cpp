#include "fhir/terminology/operations.h"

#include "fhir/model/json_writer.h"
#include "fhir/terminology/layer.h"
#include "fhir/terminology/operation_list.h"
#include "fhir/terminology/operation_parameters.h"

namespace fhir::terminology {

using operations::Call;
using path::Node;

namespace {

struct Operation {
  std::string_view resource_type, name;
  base::Result<std::string> (*run)(const Call& call);
  std::vector<std::string_view> parameters;
};

const std::vector<Operation>& table() {
  static const std::vector<Operation> operations = {
      {"CodeSystem",
       "lookup",
       operations::lookup,
       {"code", "system", "version", "coding", "displayLanguage", "*property", "*tx-resource"}},
      {"CodeSystem",
       "validate-code",
       operations::validateInSystem,
       {"url", "codeSystem", "code", "version", "display", "coding", "codeableConcept", "abstract", "displayLanguage",
        "activeOnly", "lenient-display-validation", "*tx-resource"}},
      {"CodeSystem",
       "subsumes",
       operations::subsumes,
       {"codeA", "codeB", "system", "version", "codingA", "codingB", "*tx-resource"}},
      {"ValueSet",
       "expand",
       operations::expandSet,
       {"url",
        "valueSet",
        "valueSetVersion",
        "filter",
        "offset",
        "count",
        "includeDesignations",
        "*designation",
        "includeDefinition",
        "activeOnly",
        "excludeNested",
        "excludeNotForUI",
        "excludePostCoordinated",
        "displayLanguage",
        "*exclude-system",
        "*system-version",
        "*check-system-version",
        "*force-system-version",
        "*property",
        "*tx-resource"}},
      {"ValueSet",
       "validate-code",
       operations::validateInSet,
       {"url", "valueSet", "valueSetVersion", "code", "system", "systemVersion", "display", "coding",
        "codeableConcept", "abstract", "displayLanguage", "inferSystem", "activeOnly", "lenient-display-validation",
        "*tx-resource"}},
      {"ConceptMap",
       "translate",
       operations::translateCode,
       {"url", "conceptMap", "conceptMapVersion", "code", "system", "version", "source", "coding", "codeableConcept",
        "target", "targetsystem", "*dependency", "reverse", "*tx-resource"}},
  };
  return operations;
}

const Operation* find(std::string_view resource_type, std::string_view name) {
  for (const Operation& operation : table()) {
    if (operation.resource_type == resource_type && operation.name == name) return &operation;
  }
  return nullptr;
}

// What R4 knows and this does not offer, said before the parameter is called unknown.
base::Done refuseUnsupported(const model::Document& parameters) {
  static constexpr std::string_view kNames[] = {"*context", "*contextDirection", "*date"};
  path::Node root = parameters.root();
  for (std::string_view name : kNames) {
    name.remove_prefix(1);
    for (Node parameter : childrenNamed(root, "parameter")) {
      if (textOf(parameter, "name") != name) continue;
      return base::Error{base::Why::Unsupported, "the parameter is not offered here", std::string(name)};
    }
  }
  return {};
}

// The terminology with the resources that came with the call on top.
base::Result<std::shared_ptr<const LoadedTerminology>> withResources(
    const std::shared_ptr<const LoadedTerminology>& terminology, const OperationInput& input) {
  auto extra = input.all("tx-resource");
  if (extra.empty()) return terminology;
  LoadedTerminology::Builder builder(terminology);
  for (Node parameter : extra) {
    Node resource = model::Document::child(parameter, "resource");
    if (!resource.tree) return base::invalid("a resource is wanted", "tx-resource");
    RETURN_IF_ERROR(builder.addJson(model::writeJson(resource), "tx-resource"));
  }
  return builder.build();
}

}  // namespace

bool isTerminologyOperation(std::string_view resource_type, std::string_view operation) {
  return find(resource_type, operation) != nullptr;
}

base::Result<std::string> runOperation(const std::shared_ptr<const LoadedTerminology>& terminology,
                                       const OperationCall& call) {
  const Operation* operation = find(call.resource_type, call.operation);
  if (!operation) {
    return base::Error{base::Why::Unsupported, "there is no such operation", std::string(call.operation)};
  }
  RETURN_IF_ERROR(refuseUnsupported(*call.parameters));
  ASSIGN_OR_RETURN(auto input, OperationInput::read(*call.parameters, operation->parameters));
  ASSIGN_OR_RETURN(auto layered, withResources(terminology, input));
  return operation->run({layered, input, call});
}

}  // namespace fhir::terminology
