#pragma once
// One search parameter -> SearchClause: name with modifier, chain (`subject:Patient.name:exact`) or reverse chain
// (`_has:Observation:patient:code`), and its OR list of values. Errors as in query_parser.h, with the parameter's
// name as their place.

#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "gateway/record/search/query_parser.h"

namespace gateway::record::search {

constexpr int kMaxChainDepth = 3;
constexpr int kMaxHasDepth = 2;

// The clause without its values: which parameters, modifier, types. Fails when a name is wrong.
fhir::base::Result<SearchClause> parseClauseName(fhir::definitions::TypeNumber type, std::string_view name,
                                                 const fhir::definitions::Definitions& definitions);
// The OR list of values, into the clause at the end of the chain.
fhir::base::Done parseClauseValues(SearchClause& clause, std::string_view name, std::string_view value,
                                   const fhir::definitions::Definitions& definitions, const ParseOptions& options);

// Codes of the parameters of a type, for suggestions.
std::vector<std::string> parameterCodes(fhir::definitions::TypeNumber type,
                                        const fhir::definitions::Definitions& definitions);
// " Did you mean 'birthdate'?", or nothing.
std::string suggestion(std::string_view wrong, const std::vector<std::string>& known);
// A name from the query, short and printable, for an error text.
std::string quoted(std::string_view name);
// What R4 has and no store of ours indexes (_text, _content, near, ...).
bool isOffered(const fhir::definitions::SearchParameter& parameter);

}  // namespace gateway::record::search
