#pragma once
// One value of a search parameter -> SearchOperand, by the parameter's type (R4 3.1.1.4.4 to 3.1.1.4.14).
// Errors: Why::Invalid for what is malformed, Why::Unsupported for what R4 has and we do not offer. Neither quotes
// the value: it may be a person's.

#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "gateway/record/search/query_parser.h"

namespace gateway::record::search {

// Pieces between unescaped separators; the escapes stay in the pieces.
std::vector<std::string_view> splitUnescaped(std::string_view text, char separator);
// \, \$ \| \\ become the character itself (R4 3.1.1.4.0.3). Why::Invalid for any other use of the backslash.
fhir::base::Result<std::string> unescaped(std::string_view text);

struct ValueRules {
  const fhir::definitions::SearchParameter* parameter = nullptr;
  Modifier modifier = Modifier::None;
  fhir::definitions::TypeNumber target = 0;  // of `subject:Patient`
};
// `text`: one value of the OR list, with its escapes.
fhir::base::Result<SearchOperand> parseValue(std::string_view text, const ValueRules& rules,
                                             const fhir::definitions::Definitions& definitions,
                                             const ParseOptions& options);

}  // namespace gateway::record::search
