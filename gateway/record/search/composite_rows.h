#pragma once
// Index rows of composite values (R4 3.1.1.4.14) that are not derived, and the keys of composite operands. A
// composite joins values that need an equal key (token, reference, uri: "keyed") and at most one that is compared
// (string, number, quantity, date: "ranged"). The keyed parts give one hash K over their texts, in order:
//
//   keyed parts    token "t" system code, and "c" code;  reference "r" type id, and "i" id, or "u" url;  uri "u" uri
//   none ranged    idx_value   (parameter, K)
//   number         idx_number  (parameter, unit = K, bounds)
//   quantity       idx_number  (parameter, unit = hash(K, each unit of a plain quantity), bounds)
//   date           idx_number  (parameter, unit = K, low and high as 8 bytes, big-endian, offset by 2^63)
//   string         idx_string  (parameter, text = 16 hex digits of K, then the folded text; exact = hash(K, text))

#include <cstdint>
#include <optional>
#include <string>

#include "fhir/base/result.h"
#include "gateway/record/search/index_rows.h"
#include "gateway/record/search/search_query.h"

namespace gateway::record::search {

void appendCompositeRows(const fhir::index::SearchValue& value, IndexRows& rows);

// What to look for, for one composite operand.
struct CompositeKey {
  int64_t key = 0;           // K
  size_t ranged = SIZE_MAX;  // which part is compared; SIZE_MAX: none
  fhir::definitions::SearchType ranged_type = fhir::definitions::SearchType::Token;
};
// Why::Unsupported when two parts would have to be compared, or a keyed part has no code.
fhir::base::Result<CompositeKey> compositeKey(const fhir::definitions::Definitions& definitions,
                                              const fhir::definitions::SearchParameter& parameter,
                                              const SearchOperand& operand);
int64_t compositeUnit(int64_t key, int64_t unit);
std::string compositeText(int64_t key, std::string_view folded);
int64_t compositeExact(int64_t key, std::string_view text);
std::string compositeDate(int64_t microseconds);

}  // namespace gateway::record::search
