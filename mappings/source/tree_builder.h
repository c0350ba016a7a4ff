#pragma once
// Builds a tree from a stream of opens, leaves and closes (XML, JSON). A node enters the tree with its first text or
// attribute, so what is empty never does. Not for others than the readers of this folder.

#include <cstdint>
#include <vector>

#include "fhir/base/result.h"
#include "mappings/source/source_tree.h"

namespace mappings::source {

// Where an inner text stands in the text of the message.
struct Origin {
  uint64_t offset = 0;
  bool exact = true;  // false: it was escaped or coded there, so all its nodes get `offset`
};

struct ReadLimits {
  uint32_t depth = 64;
  uint32_t records = 0;  // of the tree
};

class TreeBuilder {
 public:
  TreeBuilder(SourceTree& tree, uint32_t parent, Origin origin, const ReadLimits& limits)
      : tree_(tree), origin_(origin), limits_(limits) {
    open_.push_back({{}, parent, false});
  }

  SourceTree& tree() { return tree_; }
  // Offsets and lengths in records are those of the inner text.
  void open(const SourceTree::Record& record) { open_.push_back({record, 0, true}); }
  // A leaf with a text below the innermost open node. False when the tree is full.
  bool leaf(const SourceTree::Record& record) { return commit() && add(open_.back().node, record); }
  // Gives the innermost open node itself a text. False when the tree is full.
  bool text(std::string_view kept) {
    if (!commit()) return false;
    tree_.setText(open_.back().node, kept);
    return true;
  }
  // Whether the innermost open node is in the tree.
  bool committed() const { return !open_.back().pending; }
  void place(uint64_t offset, uint64_t length) {
    if (committed()) setPlace(tree_.at(open_.back().node), offset, length);
  }
  // `end` is the offset behind the node.
  void close(uint64_t end) {
    const Open done = open_.back();
    open_.pop_back();
    if (done.pending || !origin_.exact) return;
    SourceTree::Record& record = tree_.at(done.node);
    if (record.length == 0) record.length = origin_.offset + end - record.offset;
  }

 private:
  struct Open {
    SourceTree::Record record;  // while pending
    uint32_t node;              // when not
    bool pending;
  };

  void setPlace(SourceTree::Record& record, uint64_t offset, uint64_t length) const {
    record.offset = origin_.offset + (origin_.exact ? offset : 0);
    record.length = origin_.exact ? length : 0;
  }
  bool add(uint32_t parent, SourceTree::Record record) {
    if (tree_.records().size() > limits_.records) return false;
    setPlace(record, record.offset, record.length);
    last_ = tree_.append(parent, record);
    return true;
  }
  bool commit() {
    size_t first = open_.size();
    while (open_[first - 1].pending) --first;  // the outermost is in the tree
    for (; first < open_.size(); ++first) {
      if (!add(open_[first - 1].node, open_[first].record)) return false;
      open_[first].node = last_;
      open_[first].pending = false;
    }
    return true;
  }

  SourceTree& tree_;
  Origin origin_;
  const ReadLimits limits_;
  std::vector<Open> open_;
  uint32_t last_ = 0;
};

// What a part costs beside its nodes, counted in nodes.
inline constexpr uint32_t kPartCost = 6;

inline fhir::base::Error tooManyRecords() {
  return {fhir::base::Why::TooCostly, "more fields in one message than the limit: send it in smaller pieces", {}};
}

}  // namespace mappings::source
