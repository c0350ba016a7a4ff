#pragma once
// A tree that is written down in a test: names, texts and children, with FHIR type names or without.

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/path/navigator.h"

namespace fhir::path::testing {

struct Branch {
  std::string name;
  std::string text;                      // of a leaf
  ScalarKind kind = ScalarKind::String;  // None for an object
  std::vector<Branch> children;
  std::string type;  // "HumanName"; empty: untyped
};

// Node::index is the place in `flat`.
class SmallTree {
 public:
  explicit SmallTree(const Branch& root) { add(root, kNone); }

  Node root() const { return node(0); }
  static const Navigator& navigator();

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Flat {
    std::string name, text, type;
    ScalarKind kind;
    uint32_t parent;
    std::vector<uint32_t> children;
  };

  uint32_t add(const Branch& branch, uint32_t parent) {
    uint32_t at = static_cast<uint32_t>(flat_.size());
    ScalarKind kind = branch.children.empty() ? branch.kind : ScalarKind::None;
    flat_.push_back({branch.name, branch.text, branch.type, kind, parent, {}});
    for (const Branch& child : branch.children) {
      uint32_t index = add(child, at);
      flat_[at].children.push_back(index);
    }
    return at;
  }
  Node node(uint32_t at) const { return {this, at, 0}; }
  static const SmallTree& tree(Node n) { return *static_cast<const SmallTree*>(n.tree); }
  static const Flat& flat(Node n) { return tree(n).flat_[n.index]; }

  std::deque<Flat> flat_;
};

inline const Navigator& SmallTree::navigator() {
  static const Navigator table = {
      .named =
          [](Node n, const base::Name& name, NodeSink& out) {
            for (uint32_t child : flat(n).children) {
              if (tree(n).flat_[child].name == name.text) out.add(tree(n).node(child));
            }
          },
      .all =
          [](Node n, NodeSink& out) {
            for (uint32_t child : flat(n).children) out.add(tree(n).node(child));
          },
      // Children called "1", "2", ... as HL7 v2 fields are.
      .numbered =
          [](Node n, uint32_t position, NodeSink& out) {
            for (uint32_t child : flat(n).children) {
              if (tree(n).flat_[child].name == std::to_string(position)) out.add(tree(n).node(child));
            }
          },
      .type =
          [](Node n) {
            return flat(n).type.empty() ? TypeName{} : TypeName{"FHIR", flat(n).type, 0};
          },
      .scalar =
          [](Node n) {
            return Scalar{flat(n).kind, flat(n).text};
          },
      .name = [](Node n) { return std::string_view(flat(n).name); },
      .parent = [](Node n) { return flat(n).parent == kNone ? Node{} : tree(n).node(flat(n).parent); },
      .place = [](Node) { return Place{}; },
  };
  return table;
}

}  // namespace fhir::path::testing
