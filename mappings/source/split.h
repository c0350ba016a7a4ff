#pragma once
// One tree -> one tree for each row: everything that stands outside of the rows, and the row itself.

#include <cstdint>
#include <vector>

#include "fhir/base/result.h"
#include "mappings/source/source_reader.h"

namespace mappings::source {

// `rows` are nodes of the tree, none inside another, ascending. The row keeps its place and its repeat number. With
// `hoisted` the row's children become the part's top level and nothing else is in it. Why::TooCostly when the parts
// together would have more than `max_records` nodes.
fhir::base::Result<std::vector<Part>> splitTree(const SourceTree& tree, const std::vector<uint32_t>& rows,
                                                bool hoisted, uint32_t max_records);

// The number of the row (from 1) in which each node of the tree stands; 0 outside of all.
std::vector<uint32_t> rowOfNodes(const SourceTree& tree, const std::vector<uint32_t>& rows);

}  // namespace mappings::source
