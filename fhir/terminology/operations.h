#pragma once
// FHIR's terminology operations as functions from Parameters to a resource, for REST and the command line:
// CodeSystem/$lookup, $validate-code, $subsumes (R4 4.8.22), ValueSet/$expand, $validate-code (4.9.18),
// ConceptMap/$translate (4.10.6). Thread-safe.
//
// Beside R4's parameters these are known: tx-resource (CodeSystem, ValueSet, ConceptMap or supplement for this call
// alone), inferSystem, activeOnly and lenient-display-validation of $validate-code, property of $expand. Not offered
// (Why::Unsupported): context, contextDirection, date. Answers hold R4's parameters, and for $validate-code also
// system, code, version, inactive and issues (an OperationOutcome with HL7's tx-issue-type codes).

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/model/document.h"
#include "fhir/terminology/loaded_terminology.h"

namespace fhir::terminology {

struct OperationCall {
  std::string_view resource_type;               // "CodeSystem"
  std::string_view operation;                   // "lookup", without $
  const model::Document* parameters = nullptr;  // a Parameters resource
  std::string_view accept_language;             // when displayLanguage is not given
  std::string_view instance;                    // canonical of the resource that the operation is called on
  std::string_view timestamp;                   // FHIR dateTime for ValueSet.expansion.timestamp
  uint64_t most_returned = 10'000;              // codes of one $expand
};

bool isTerminologyOperation(std::string_view resource_type, std::string_view operation);

// Parameters or ValueSet as compact JSON. Why::Invalid with where = the parameter's name: missing, repeated, unknown,
// unreadable; Why::NotFound: a resource or (for $lookup and $subsumes) a code is not here.
base::Result<std::string> runOperation(const std::shared_ptr<const LoadedTerminology>& terminology,
                                       const OperationCall& call);

// "a=b" pairs (a query string's or a command line's) as a Parameters resource in JSON. Names that stand for complex
// values (coding) are "system|code" there. Why::Invalid for a name that cannot be written so.
base::Result<std::string> parametersFromPairs(const std::vector<std::pair<std::string, std::string>>& pairs);

}  // namespace fhir::terminology
