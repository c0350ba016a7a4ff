#include "mappings/engine/part_view.h"

#include <algorithm>

#include "mappings/engine/plain_text.h"

namespace mappings::engine {

using fhir::path::Item;
using fhir::path::Node;
using fhir::path::NodeSink;
using source::SourceTree;

// The navigator's functions: a node's tree is the PartView; inside, the SourceTree's own navigator walks.
struct PartWalk {
  static PartView& view(Node node) { return *static_cast<PartView*>(const_cast<void*>(node.tree)); }
  static bool isGroup(Node node) { return (node.detail & PartView::kGroup) != 0; }
  static Node inner(Node node) { return {&view(node).tree_, node.index, node.detail}; }

  class Shown : public NodeSink {
   public:
    Shown(PartView& view, NodeSink& out) : view_(view), out_(out) {}
    void add(Node node) override {
      if (view_.hidden_[node.index] == 0) out_.add({&view_, node.index, node.detail});
    }

   private:
    PartView& view_;
    NodeSink& out_;
  };

  static void named(Node node, const fhir::base::Name& name, NodeSink& out) {
    PartView& part = view(node);
    Shown shown(part, out);
    if (!isGroup(node)) return SourceTree::navigator().named(inner(node), name, shown);
    for (uint32_t record : part.groups_[node.index])
      if (part.tree_.records()[record].name == name.text) shown.add({nullptr, record, 0});
  }
  static void all(Node node, NodeSink& out) {
    PartView& part = view(node);
    Shown shown(part, out);
    if (!isGroup(node)) return SourceTree::navigator().all(inner(node), shown);
    for (uint32_t record : part.groups_[node.index]) shown.add({nullptr, record, 0});
  }
  static void numbered(Node node, uint32_t position, NodeSink& out) {
    if (isGroup(node)) return;
    Shown shown(view(node), out);
    SourceTree::navigator().numbered(inner(node), position, shown);
  }
  static fhir::path::TypeName type(Node) { return {}; }
  static fhir::path::Scalar scalar(Node node) {
    if (isGroup(node)) return {};
    const PartView& part = view(node);
    const uint32_t leaf = part.textLeaf(node.index);
    if (leaf == 0 || part.tree_.records()[leaf].text.empty()) return {};
    return {fhir::path::ScalarKind::String, part.tree_.records()[leaf].text};
  }
  static std::string_view name(Node node) {
    return isGroup(node) ? std::string_view("group") : SourceTree::navigator().name(inner(node));
  }
  static Node parent(Node node) {
    if (isGroup(node)) return {};
    const Node up = SourceTree::navigator().parent(inner(node));
    return up.tree == nullptr ? Node{} : Node{&view(node), up.index, up.detail};
  }
  static fhir::path::Place place(Node node) {
    return isGroup(node) ? fhir::path::Place{} : SourceTree::navigator().place(inner(node));
  }
};

namespace {

constexpr fhir::path::Navigator kNavigator = {PartWalk::named,  PartWalk::all,  PartWalk::numbered, PartWalk::type,
                                              PartWalk::scalar, PartWalk::name, PartWalk::parent,   PartWalk::place};

bool holds(const std::vector<std::string>& words, std::string_view text) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

}  // namespace

PartView::PartView(const SourceTree& tree, const AbsentWords& absent)
    : tree_(tree), hidden_(tree.records().size(), 0), uses_(tree.records().size(), SourceField::Use::Unread) {
  hideAbsent(absent);
}

void PartView::hideAbsent(const AbsentWords& absent) {
  const bool hl7 = tree_.style() == SourceTree::Style::Hl7v2;
  std::vector<std::string_view> path;
  for (uint32_t i = 1; i < tree_.records().size(); ++i) {
    const SourceTree::Record& record = tree_.records()[i];
    if (record.first_child != 0 || record.text.empty()) continue;
    const std::string_view text = trimmed(record.text);
    const std::vector<std::string>* words = &absent.everywhere;
    if (!absent.rules.empty()) {
      pathNames(tree_, i, path);
      for (const AbsentWords::Rule& rule : absent.rules) {
        if (!rule.field.matches(path)) continue;
        words = &rule.words;
        break;
      }
    }
    hidden_[i] = text.empty() || (hl7 && text == "\"\"") || holds(*words, text) ? 1 : 0;
  }
}

const fhir::path::Navigator& PartView::navigator() { return kNavigator; }

Item PartView::item(uint32_t record) const { return Item::node({this, record, 0}, &kNavigator); }

uint32_t PartView::recordOf(const Item& item) const {
  if (!item.isNode() || &item.navigator() != &kNavigator || PartWalk::isGroup(item.node())) return 0;
  return item.node().index;
}

Item PartView::group(std::vector<uint32_t> segments) {
  groups_.push_back(std::move(segments));
  return Item::node({this, static_cast<uint32_t>(groups_.size() - 1), kGroup}, &kNavigator);
}

std::vector<uint32_t> PartView::topLevel() const {
  std::vector<uint32_t> out;
  for (uint32_t at = tree_.records()[0].first_child; at != 0; at = tree_.records()[at].next) out.push_back(at);
  return out;
}

std::string PartView::written(uint32_t index) const {
  const SourceTree::Record& record = tree_.records()[index];
  if (record.first_child == 0) return std::string(record.text);
  size_t depth = 0;  // 1 segment, 2 field, 3 component
  for (uint32_t at = index; at != 0; at = tree_.records()[at].parent) ++depth;
  const bool hl7 = tree_.style() == SourceTree::Style::Hl7v2;
  const char separator = !hl7 ? ' ' : depth <= 1 ? '|' : depth == 2 ? '^' : '&';
  std::string out;
  uint32_t position = 1;
  for (uint32_t at = record.first_child; at != 0; at = tree_.records()[at].next) {
    if (!hl7 && !out.empty()) out += separator;
    for (; hl7 && position < tree_.records()[at].position; ++position) out += separator;
    out += written(at);
  }
  return out;
}

void PartView::leaves(uint32_t index, std::vector<uint32_t>& out) const {
  const SourceTree::Record& record = tree_.records()[index];
  if (record.first_child == 0) {
    if (!record.text.empty() && hidden_[index] == 0) out.push_back(index);
    return;
  }
  for (uint32_t at = record.first_child; at != 0; at = tree_.records()[at].next) leaves(at, out);
}

uint32_t PartView::textLeaf(uint32_t index) const {
  const auto& records = tree_.records();
  while (records[index].first_child != 0) {
    const uint32_t child = records[index].first_child;
    if (tree_.style() != SourceTree::Style::Hl7v2 || records[child].position != 1) return 0;
    index = child;
  }
  return hidden_[index] != 0 ? 0 : index;
}

void PartView::read(const Item& leaf) {
  if (const uint32_t record = textLeaf(recordOf(leaf))) reads_.compared.push_back(record);
}

void PartView::consume(const Item& item) {
  if (const uint32_t record = textLeaf(recordOf(item))) reads_.consumed.push_back(record);
}

void PartView::consumeAll(const Item& item) {
  if (const uint32_t record = recordOf(item)) leaves(record, reads_.consumed);
}

void PartView::mark(uint32_t record, SourceField::Use use) {
  SourceField::Use& now = uses_[record];
  if (now == SourceField::Use::Flows) return;
  if (use == SourceField::Use::Flows || now == SourceField::Use::Unread) now = use;
}

std::string PartView::placeOf(const Item& item) const {
  const uint32_t record = recordOf(item);
  if (record == 0) return "";
  return tree_.placeOf({&tree_, record, 0}) + " (byte " + std::to_string(tree_.records()[record].offset) + ")";
}

}  // namespace mappings::engine
