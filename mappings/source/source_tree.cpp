#include "mappings/source/source_tree.h"

#include <algorithm>

#include "mappings/source/hl7v2_names.h"

namespace mappings::source {

namespace {

using fhir::base::Name;
using fhir::path::Node;
using fhir::path::NodeSink;
using Record = SourceTree::Record;

constexpr size_t kTextBlock = 4096;

const SourceTree& treeOf(Node node) { return *static_cast<const SourceTree*>(node.tree); }

bool isHl7Leaf(const SourceTree& tree, uint32_t index) {
  // Segments are children of the root; what stands below them are fields and their components.
  const Record& record = tree.records()[index];
  return tree.style() == SourceTree::Style::Hl7v2 && record.first_child == 0 && index != 0 && record.parent != 0;
}

template <typename Wanted>
void addChildren(Node node, NodeSink& out, Wanted wanted) {
  const SourceTree& tree = treeOf(node);
  for (uint32_t at = tree.records()[node.index].first_child; at != 0; at = tree.records()[at].next)
    if (wanted(tree.records()[at])) out.add({&tree, at, 0});
}

struct Walk {
  static void named(Node node, const Name& name, NodeSink& out) {
    const SourceTree& tree = treeOf(node);
    if (isHl7Leaf(tree, node.index)) {
      if (name.text == "1" || name.text == componentAlias(tree.record(node).shape, 1).text) out.add(node);
      return;
    }
    addChildren(node, out, [&](const Record& child) {
      return (child.name_hash == name.hash && child.name == name.text) ||
             (child.alias_hash == name.hash && child.alias == name.text && !child.alias.empty());
    });
  }
  static void all(Node node, NodeSink& out) {
    addChildren(node, out, [](const Record&) { return true; });
  }
  static void numbered(Node node, uint32_t position, NodeSink& out) {
    if (position == 0) return;
    if (isHl7Leaf(treeOf(node), node.index)) {
      if (position == 1) out.add(node);
      return;
    }
    addChildren(node, out, [&](const Record& child) { return child.position == position; });
  }
  static fhir::path::TypeName type(Node) { return {}; }
  static fhir::path::Scalar scalar(Node node) {
    const SourceTree& tree = treeOf(node);
    const std::vector<Record>& records = tree.records();
    uint32_t at = node.index;
    if (tree.style() == SourceTree::Style::Hl7v2 && at != 0 && records[at].parent != 0)
      while (records[at].first_child != 0 && records[records[at].first_child].position == 1)
        at = records[at].first_child;
    if (records[at].text.empty()) return {};
    return {fhir::path::ScalarKind::String, records[at].text};
  }
  static std::string_view name(Node node) { return treeOf(node).record(node).name; }
  static Node parent(Node node) {
    if (node.index == 0) return {};
    return {node.tree, treeOf(node).record(node).parent, 0};
  }
  static fhir::path::Place place(Node node) {
    const Record& record = treeOf(node).record(node);
    return {record.offset, record.length};
  }
};

constexpr fhir::path::Navigator kNavigator = {Walk::named,  Walk::all,  Walk::numbered, Walk::type,
                                              Walk::scalar, Walk::name, Walk::parent,   Walk::place};

bool hasLaterNamesake(const std::vector<Record>& records, uint32_t index) {
  const Record& record = records[index];
  for (uint32_t at = record.next; at != 0; at = records[at].next)
    if (records[at].name_hash == record.name_hash && records[at].name == record.name) return true;
  return false;
}

}  // namespace

SourceTree::SourceTree() {
  records_.emplace_back();
  last_child_.push_back(0);
}

const fhir::path::Navigator& SourceTree::navigator() { return kNavigator; }

std::string SourceTree::placeOf(Node node) const {
  std::vector<uint32_t> path;
  for (uint32_t at = node.index; at != 0; at = records_[at].parent) path.push_back(at);
  std::string out;
  for (auto it = path.rbegin(); it != path.rend(); ++it) {
    const Record& record = records_[*it];
    if (!out.empty()) out += '.';
    out += record.name;
    if (!record.listed && record.repeat == 0 && !hasLaterNamesake(records_, *it)) continue;
    out += '[';
    out += std::to_string(record.repeat + (style_ == Style::Hl7v2 ? 1 : 0));
    out += ']';
  }
  return out;
}

std::string_view SourceTree::keep(std::string_view text) {
  if (text.empty()) return {};
  if (!open_text_ || open_text_->capacity() - open_text_->size() < text.size()) {
    open_text_ = std::make_shared<std::string>();
    open_text_->reserve(std::max(kTextBlock, text.size()));
    texts_.push_back(open_text_);
  }
  const size_t start = open_text_->size();
  open_text_->append(text);
  return std::string_view(*open_text_).substr(start);
}

void SourceTree::shareTextsOf(const SourceTree& other) {
  texts_.insert(texts_.end(), other.texts_.begin(), other.texts_.end());
}

void SourceTree::reserve(size_t records) {
  records_.reserve(records);
  last_child_.reserve(records);
}

uint32_t SourceTree::append(uint32_t parent, Record record) {
  const auto index = static_cast<uint32_t>(records_.size());
  record.parent = parent;
  record.first_child = 0;
  record.next = 0;
  if (record.name_hash == 0) record.name_hash = fhir::base::hashName(record.name);
  if (record.alias_hash == 0 && !record.alias.empty()) record.alias_hash = fhir::base::hashName(record.alias);
  if (last_child_[parent] == 0)
    records_[parent].first_child = index;
  else
    records_[last_child_[parent]].next = index;
  last_child_[parent] = index;
  records_.push_back(record);
  last_child_.push_back(0);
  return index;
}

}  // namespace mappings::source
