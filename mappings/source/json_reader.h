#pragma once
// JSON -> nodes below `parent`: members by name, array elements as repeats of the member, numbers as written.
// The elements of an array within an array are numbered (`rows.1` is the first cell of each row); those of an array
// that is the whole text are called `item`. null, "" and {} are absent; a repeated name is a repeat.

#include <string_view>

#include "fhir/base/result.h"
#include "mappings/source/tree_builder.h"

namespace mappings::source {

inline constexpr std::string_view kItem = "item";

// `text` is UTF-8 and owned by the tree. The error has where = "line N column M" of `text`.
fhir::base::Done readJsonInto(SourceTree& tree, uint32_t parent, std::string_view text, Origin origin,
                              const ReadLimits& limits);

}  // namespace mappings::source
