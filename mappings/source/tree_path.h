#pragma once
// Dotted paths of a configuration ("Envelope.Body.CallService.inXml", "data.rows") -> the nodes that they name.

#include <cstdint>
#include <string_view>
#include <vector>

#include "mappings/source/source_tree.h"

namespace mappings::source {

// All repeats, in document order; the root for an empty path.
std::vector<uint32_t> nodesAt(const SourceTree& tree, std::string_view path);

}  // namespace mappings::source
