#pragma once
// Walking a resource that fhir/model has read. Private to fhir/terminology.

#include <string_view>
#include <vector>

#include "fhir/model/document.h"
#include "fhir/path/navigator.h"

namespace fhir::terminology {

class NodeList final : public path::NodeSink {
 public:
  void add(path::Node node) override { nodes.push_back(node); }
  std::vector<path::Node> nodes;
};

inline std::vector<path::Node> childrenOf(path::Node node) {
  NodeList list;
  model::Document::navigator().all(node, list);
  return std::move(list.nodes);
}

inline std::vector<path::Node> childrenNamed(path::Node node, std::string_view name) {
  NodeList list;
  model::Document::navigator().named(node, base::Name(name), list);
  return std::move(list.nodes);
}

inline std::string_view nameOf(path::Node node) { return model::Document::navigator().name(node); }

// The text of a child that is a primitive; empty when it is not there.
inline std::string_view textOf(path::Node node, std::string_view name) {
  path::Node child = model::Document::child(node, name);
  return child.tree ? model::Document::text(child) : std::string_view();
}

inline bool isTrue(std::string_view text) { return text == "true"; }

}  // namespace fhir::terminology
