#pragma once
// Query string -> SearchQuery. Strict (design decision 17): unknown parameters, modifiers, types, malformed values
// are Why::Invalid naming the parameter, with the nearest known one; what R4 has and we do not offer is
// Why::Unsupported; limits (OR values, parameters, chain depth, _count) are Why::TooCostly naming the limit.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/result.h"
#include "gateway/record/search/search_query.h"

namespace gateway::record::search {

using QueryParameters = std::vector<std::pair<std::string, std::string>>;  // decoded, in order

// application/x-www-form-urlencoded text (a query string or a POST _search body). Why::Invalid on bad escapes.
fhir::base::Result<QueryParameters> decodeForm(std::string_view text);

struct ParseOptions {
  bool lenient = false;    // Prefer: handling=lenient
  int zone_minutes = 480;  // the site's zone for dates without one
  uint32_t default_count = 20;
  uint32_t max_count = 200;  // a greater _count means this many (R4 3.1.1.5.3)
  uint32_t max_parameters = 64;
  uint32_t max_or_values = 200;
  std::string own_base;  // "http://127.0.0.1:8080/fhir": absolute references to ourselves become relative
};

// A parameter without a value is passed over (R4 3.1.1.3), and is not in the canonical query. `_format`, `_pretty`
// are passed over; the paging token is the caller's business.
fhir::base::Result<SearchQuery> parseQuery(fhir::definitions::TypeNumber type, const QueryParameters& parameters,
                                           const fhir::definitions::Definitions& definitions,
                                           const ParseOptions& options);

}  // namespace gateway::record::search
