// pathname() (FHIRPath 3.0 5.9, trial use): where an element stands, as an expression that finds it and nothing else.

#include <algorithm>

#include "fhir/definitions/lookup.h"
#include "fhir/path/functions/functions.h"
#include "fhir/path/resource_scope.h"

namespace fhir::path::functions {
namespace {

// Whether an element of the parent's type can stand there only once.
bool standsAlone(const Item& parent, const base::Name& name) {
  const TypeName type = parent.navigator().type(parent.node());
  const definitions::Element* element = type.number ? definitions::r4().element(type.number, name) : nullptr;
  return element && element->max <= 1;
}

// "name[1]" of a child; with `brief` the index only where there may be others.
bool appendStep(Call& call, const Item& parent, const Item& child, bool brief, std::string& out) {
  const base::Name name(child.navigator().name(child.node()));
  Items siblings(call.evaluator.pool);
  call.evaluator.childrenNamed(parent, name, siblings);
  if (!call.evaluator.spend(siblings.size(), call.offset())) return false;
  auto same = [&](const Item& sibling) { return sibling.node() == child.node(); };
  const auto at = std::find_if(siblings.begin(), siblings.end(), same) - siblings.begin();
  if (!out.empty()) out += '.';
  out += name.text;
  const bool alone = brief && (siblings.size() == 1 || standsAlone(parent, name));
  if (!alone) out += '[' + std::to_string(at) + ']';
  return true;
}

bool pathOf(Call& call, const Item& item, bool brief, std::string& out) {
  Items line(call.evaluator.pool);
  for (std::optional<Item> at = item; at; at = parentOf(*at)) line.push(*at);
  const Item& root = line[line.size() - 1];
  out = root.navigator().type(root.node()).name;
  for (size_t i = line.size() - 1; i > 0; --i) {
    if (!appendStep(call, line[i], line[i - 1], brief, out)) return false;
  }
  return true;
}

}  // namespace

bool pathname(Call& call, Items& out) {
  bool brief = false;
  if (call.count() > 0) {
    Truth truth;
    if (!call.evaluator.truthOf(call.at(0), call.frame, truth)) return false;
    brief = truth == Truth::True;
  }
  const std::optional<Item> resource = call.evaluator.resource();
  const void* tree = resource && resource->isNode() ? resource->node().tree : nullptr;
  for (const Item& item : call.input) {
    // What was computed, or lies in another resource, has no place in this one.
    if (!item.isNode() || (tree && item.node().tree != tree)) continue;
    std::string path;
    if (!pathOf(call, item, brief, path)) return false;
    out.push(Item::string(call.evaluator.arena().keep(path)));
  }
  return true;
}

}  // namespace fhir::path::functions
