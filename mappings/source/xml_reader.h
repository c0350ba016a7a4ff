#pragma once
// XML -> nodes below `parent`: elements by local name, attributes as `@x`, the exact text of an element as its own.
// White space between elements is dropped; in mixed content the text runs of an element are joined.

#include <string>
#include <string_view>

#include "fhir/base/result.h"
#include "mappings/source/tree_builder.h"

namespace mappings::source {

// `text` is UTF-8 and owned by the tree. The error has where = "line N column M" of `text`.
fhir::base::Done readXmlInto(SourceTree& tree, uint32_t parent, std::string_view text, Origin origin,
                             const ReadLimits& limits);

// The encoding that an XML declaration names; empty when there is none.
std::string declaredXmlEncoding(std::string_view bytes);

}  // namespace mappings::source
