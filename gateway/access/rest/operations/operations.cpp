#include "gateway/access/rest/operations/operations.h"

#include "gateway/access/rest/outcome.h"

namespace gateway::access::rest::operations {

namespace {

constexpr Operation kAll[] = {
    // type        name             on instance  function
    {"CodeSystem", "lookup", false, terminology},
    {"CodeSystem", "validate-code", true, terminology},
    {"CodeSystem", "subsumes", true, terminology},
    {"ValueSet", "expand", true, terminology},
    {"ValueSet", "validate-code", true, terminology},
    {"ConceptMap", "translate", true, terminology},
    {"", "validate", true, validate},
};

}  // namespace

std::span<const Operation> all() { return kAll; }

const Operation* findOperation(std::string_view type, std::string_view name, bool on_instance) {
  for (const Operation& operation : kAll) {
    if ((operation.type == type || operation.type.empty()) && operation.name == name &&
        (operation.on_instance || !on_instance))
      return &operation;
  }
  return nullptr;
}

Answer perform(const Service& service, const Call& call) {
  const Operation* operation = findOperation(call.type_name, call.operation, !call.id.empty());
  if (!operation) return refuse(Refusal::UnknownOperation, "this operation is not offered");
  return operation->run(service, call);
}

}  // namespace gateway::access::rest::operations
