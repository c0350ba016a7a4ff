#include "fhir/path/json_variables.h"

#include "fhir/base/text.h"

namespace fhir::path {
namespace {

struct Children final : NodeSink {
  std::vector<Node> nodes;
  void add(Node node) override { nodes.push_back(node); }
};

}  // namespace

base::Done JsonVariables::add(std::string_view name, std::string json) {
  auto fail = [&](base::Error error) {
    error.where = std::string(name) + (error.where.empty() ? "" : ":" + error.where);
    return error;
  };
  std::string_view text = base::trim(json);
  bool array = text.starts_with('[');
  bool resource = text.starts_with('{') && text.find("\"resourceType\"") != std::string_view::npos;
  // An array stands in an object, so that each of its items is a member.
  std::string wrapped = array ? "{\"items\":" + std::string(text) + "}" : std::string(text);
  base::Findings findings;
  auto document = resource ? model::Document::readResource(wrapped, findings) : model::Document::readPlain(wrapped);
  if (!document && resource) document = model::Document::readPlain(std::move(wrapped));
  if (!document) return fail(document.error());
  documents_.push_back(std::move(*document));
  const Navigator& navigator = model::Document::navigator();
  Node root = documents_.back().root();
  std::vector<Item> items;
  if (array) {
    Children children;
    navigator.all(root, children);
    for (Node child : children.nodes) items.push_back(Item::node(child, &navigator).computed(arena_));
  } else if (text != "null") {
    items.push_back(Item::node(root, &navigator).computed(arena_));
  }
  values_.insert_or_assign(std::string(name), std::move(items));
  return {};
}

bool JsonVariables::find(std::string_view name, Collection& out) const {
  auto found = values_.find(name);
  if (found == values_.end()) return false;
  out.append(found->second);
  return true;
}

}  // namespace fhir::path
