#pragma once
// FHIR operations ($name; R4 3.2): the table of those that this server offers, one adapter file for each family.
// The router asks the table, the CapabilityStatement is made from it.

#include <span>
#include <string_view>

#include "gateway/access/rest/answer.h"
#include "gateway/access/rest/call.h"
#include "gateway/access/rest/interactions/interactions.h"

namespace gateway::access::rest::operations {

struct Operation {
  std::string_view type;  // resource type; empty: every type
  std::string_view name;  // without $
  bool on_instance;       // [type]/[id]/$name too
  Answer (*run)(const Service&, const Call&);
};

std::span<const Operation> all();
// nullptr when it is not offered there.
const Operation* findOperation(std::string_view type, std::string_view name, bool on_instance);

// The interaction behind Shape::TypeOperation and Shape::InstanceOperation: GET and POST.
Answer perform(const Service& service, const Call& call);

// terminology.cpp: CodeSystem/$lookup, $validate-code, $subsumes; ValueSet/$expand, $validate-code;
// ConceptMap/$translate
Answer terminology(const Service& service, const Call& call);
// validate.cpp: $validate of every type and of instances
Answer validate(const Service& service, const Call& call);

}  // namespace gateway::access::rest::operations
