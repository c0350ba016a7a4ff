#include "mappings/source/split.h"

#include "mappings/source/tree_builder.h"

namespace mappings::source {

namespace {

// Copies nodes in their order; a parent is copied before its children.
class Copier {
 public:
  Copier(const SourceTree& from, SourceTree& to) : from_(from), to_(to) {}

  void copy(uint32_t node, uint32_t new_parent) {
    SourceTree::Record record = from_.records()[node];
    moved_.emplace_back(node, to_.append(new_parent, record));
  }
  // The copy of a node; nodes are asked for in no order, but their copies were made in ascending order.
  uint32_t copyOf(uint32_t node) const {
    if (node == 0) return 0;
    size_t low = 0;
    size_t high = moved_.size();
    while (low < high) {
      const size_t middle = (low + high) / 2;
      if (moved_[middle].first < node)
        low = middle + 1;
      else
        high = middle;
    }
    return low < moved_.size() && moved_[low].first == node ? moved_[low].second : 0;
  }

 private:
  const SourceTree& from_;
  SourceTree& to_;
  std::vector<std::pair<uint32_t, uint32_t>> moved_;
};

}  // namespace

std::vector<uint32_t> rowOfNodes(const SourceTree& tree, const std::vector<uint32_t>& rows) {
  std::vector<uint32_t> row_of(tree.records().size(), 0);
  uint32_t number = 0;
  for (const uint32_t row : rows) row_of[row] = ++number;
  for (uint32_t node = 1; node < row_of.size(); ++node)  // parents come before their children
    if (row_of[node] == 0) row_of[node] = row_of[tree.records()[node].parent];
  return row_of;
}

fhir::base::Result<std::vector<Part>> splitTree(const SourceTree& tree, const std::vector<uint32_t>& rows,
                                                bool hoisted, uint32_t max_records) {
  const std::vector<uint32_t> row_of = rowOfNodes(tree, rows);
  std::vector<std::vector<uint32_t>> nodes(rows.size() + 1);  // of each row, ascending; [0] outside of all
  for (uint32_t node = 1; node < row_of.size(); ++node) nodes[row_of[node]].push_back(node);
  if (hoisted) nodes[0].clear();
  // The tree itself is there until its parts are made.
  const uint64_t total = 2 * tree.records().size() + static_cast<uint64_t>(nodes[0].size() + kPartCost) * rows.size();
  if (total > max_records) return tooManyRecords();

  std::vector<Part> parts;
  parts.reserve(rows.size());
  for (size_t number = 1; number <= rows.size(); ++number) {
    Part& part = parts.emplace_back();
    part.number = static_cast<uint32_t>(number);
    const uint32_t row = rows[number - 1];
    part.offset = tree.records()[row].offset;
    part.length = tree.records()[row].length;
    part.tree.setStyle(tree.style());
    part.tree.shareTextsOf(tree);
    const std::vector<uint32_t>& outside = nodes[0];
    const std::vector<uint32_t>& inside = nodes[number];
    part.tree.reserve(outside.size() + inside.size() + 1);
    Copier copier(tree, part.tree);
    if (hoisted) part.tree.setText(0, tree.records()[row].text);
    size_t next_outside = 0;
    size_t next_inside = 0;
    while (next_outside < outside.size() || next_inside < inside.size()) {
      const bool from_outside = next_inside == inside.size() ||
                                (next_outside < outside.size() && outside[next_outside] < inside[next_inside]);
      const uint32_t node = from_outside ? outside[next_outside++] : inside[next_inside++];
      if (hoisted && node == row) continue;
      copier.copy(node, copier.copyOf(tree.records()[node].parent));
    }
  }
  return parts;
}

}  // namespace mappings::source
