#include "fhir/index/path_trie.h"

#include <algorithm>

#include "fhir/index/shape.h"
#include "fhir/model/reference.h"

namespace fhir::index {

using definitions::TypeNumber;

PathTrie::PathTrie(TypeNumber base) : states_(1), types_{{base}}, filters_(1) {}

uint32_t PathTrie::follow(uint32_t state, uint32_t element, TypeNumber type, const PathFilter& filter) {
  uint16_t filter_number = 0;
  if (filter.kind != PathFilter::Kind::None) {
    auto same =
        std::find_if(filters_.begin() + 1, filters_.end(), [&](const Filter& f) { return f.filter == filter; });
    filter_number = static_cast<uint16_t>(same - filters_.begin());
    if (same == filters_.end()) filters_.push_back({filter, base::hashName(filter.member)});
  }
  for (const Edge& edge : states_[state].edges)
    if (edge.element == element && edge.type == type && edge.filter == filter_number) return edge.target;
  const auto target = static_cast<uint32_t>(states_.size());
  states_.emplace_back();
  types_.emplace_back();
  states_[state].edges.push_back({element, type, filter_number, target});
  return target;
}

// All states that the path leads to; a choice of types may lead to several.
bool PathTrie::extend(const SimplePath& path, std::vector<uint32_t>& ends) {
  const auto& r4 = definitions::r4();
  ends = {0};
  for (const PathStep& step : path) {
    std::vector<uint32_t> next;
    const base::Name name(step.name);
    for (uint32_t state : ends) {
      for (TypeNumber type : std::vector<TypeNumber>(types_[state])) {
        const definitions::Element* element = r4.element(type, name);
        if (element == nullptr) continue;
        const auto number = static_cast<uint32_t>(element - r4.allElements().data()) + 1;
        for (TypeNumber child : element->types) {
          if (step.as != 0 && !r4.isSubtypeOf(child, step.as)) continue;
          const uint32_t target = follow(state, number, step.as != 0 ? child : TypeNumber{0}, step.filter);
          auto& types = types_[target];
          if (std::find(types.begin(), types.end(), child) == types.end()) types.push_back(child);
          if (std::find(next.begin(), next.end(), target) == next.end()) next.push_back(target);
        }
      }
    }
    if (next.empty()) return false;
    ends = std::move(next);
  }
  return true;
}

bool PathTrie::add(const std::vector<SimplePath>& paths, uint32_t slot) {
  std::vector<uint32_t> all, ends;
  for (const SimplePath& path : paths) {
    if (!extend(path, ends)) return false;
    all.insert(all.end(), ends.begin(), ends.end());
  }
  for (uint32_t state : all) {
    auto& slots = states_[state].slots;
    if (std::find(slots.begin(), slots.end(), slot) == slots.end()) slots.push_back(slot);
  }
  return true;
}

std::vector<TypeNumber> PathTrie::typesOf(uint32_t slot) const {
  std::vector<TypeNumber> out;
  for (size_t i = 0; i < states_.size(); ++i) {
    const auto& slots = states_[i].slots;
    if (std::find(slots.begin(), slots.end(), slot) == slots.end()) continue;
    for (TypeNumber type : types_[i])
      if (std::find(out.begin(), out.end(), type) == out.end()) out.push_back(type);
  }
  return out;
}

void PathTrie::finish() {
  for (State& state : states_)
    std::stable_sort(state.edges.begin(), state.edges.end(),
                     [](const Edge& a, const Edge& b) { return a.element < b.element; });
  types_.clear();
}

void PathTrie::walk(const model::Document::Tree& tree, uint32_t node, std::vector<Hit>& out) const {
  // Recursion is as deep as the longest path, not as the document.
  auto visit = [&](auto&& self, const State& state, uint32_t here) -> void {
    for (uint32_t slot : state.slots) out.push_back({slot, here});
    if (state.edges.empty()) return;
    for (uint32_t i = tree.records[here].first; i != 0; i = tree.records[i].next) {
      const model::Record& child = tree.records[i];
      if (child.type == 0 || child.element < state.edges.front().element ||
          child.element > state.edges.back().element)
        continue;
      auto edge = std::lower_bound(state.edges.begin(), state.edges.end(), child.element,
                                   [](const Edge& e, uint32_t element) { return e.element < element; });
      for (; edge != state.edges.end() && edge->element == child.element; ++edge) {
        if (edge->type != 0 && edge->type != child.type) continue;
        if (edge->filter != 0 && !passes(tree, i, filters_[edge->filter])) continue;
        self(self, states_[edge->target], i);
      }
    }
  };
  visit(visit, states_[0], node);
}

namespace {

// The type of the resource that a Reference names, by its text alone: 0 when it does not say.
TypeNumber referencedType(const model::Document::Tree& tree, uint32_t node) {
  const Shapes& s = shapes();
  std::string_view literal, type;
  for (uint32_t i = tree.records[node].first; i != 0; i = tree.records[i].next) {
    const model::Record& child = tree.records[i];
    if (child.element == s.reference_reference) literal = tree.value(child);
    if (child.element == s.reference_type) type = tree.value(child);
  }
  const auto& r4 = definitions::r4();
  if (literal.starts_with('#')) {
    static const base::Name contained("contained");
    for (uint32_t i = tree.records[0].first; i != 0; i = tree.records[i].next) {
      const model::Record& resource = tree.records[i];
      if (resource.name_hash != contained.hash || s.shape(resource) != Shape::Resource) continue;
      for (uint32_t j = resource.first; j != 0; j = tree.records[j].next)
        if (tree.records[j].element == s.resource_id && tree.value(tree.records[j]) == literal.substr(1))
          return resource.type;
    }
    return 0;
  }
  if (auto reference = model::parseReference(literal); reference && !reference->type.empty()) type = reference->type;
  const definitions::Type* found = r4.type(type);
  return found == nullptr ? TypeNumber{0} : found->number;
}

}  // namespace

bool PathTrie::passes(const model::Document::Tree& tree, uint32_t node, const Filter& filter) const {
  if (filter.filter.kind == PathFilter::Kind::ResolvesTo) {
    const TypeNumber type = referencedType(tree, node);
    return type != 0 && definitions::r4().isSubtypeOf(type, filter.filter.type);
  }
  for (uint32_t i = tree.records[node].first; i != 0; i = tree.records[i].next) {
    const model::Record& child = tree.records[i];
    if (child.name_hash == filter.name_hash && tree.name(child) == filter.filter.member)
      return tree.value(child) == filter.filter.text;
  }
  return false;
}

}  // namespace fhir::index
