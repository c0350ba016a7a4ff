#include "mappings/source/tree_path.h"

#include "fhir/base/text.h"

namespace mappings::source {

std::vector<uint32_t> nodesAt(const SourceTree& tree, std::string_view path) {
  std::vector<uint32_t> nodes = {0};
  if (path.empty()) return nodes;
  for (const std::string_view step : fhir::base::split(path, '.')) {
    std::vector<uint32_t> found;
    for (const uint32_t node : nodes) {
      for (uint32_t at = tree.records()[node].first_child; at != 0; at = tree.records()[at].next) {
        const SourceTree::Record& record = tree.records()[at];
        if (record.name == step || (!record.alias.empty() && record.alias == step)) found.push_back(at);
      }
    }
    nodes = std::move(found);
  }
  return nodes;
}

}  // namespace mappings::source
