// Filters of a value set (FHIR R4 4.9.5.2, filter-operator) on one concept. Properties that every code system has:
// concept and code (the code itself), display, definition, parent, child, inactive, abstract/notSelectable.

#include <algorithm>

#include "fhir/base/text.h"
#include "fhir/terminology/membership.h"

namespace fhir::terminology {
namespace {

using Op = FilterOperator;

Member fromBool(bool in) { return in ? Member::In : Member::Out; }

bool isConceptProperty(std::string_view property) { return property == "concept" || property == "code"; }

bool sameText(const CodeSystem& system, std::string_view a, std::string_view b) {
  return a == b || (!system.caseSensitive() && base::equalIgnoringCase(a, b));
}

// Calls take(text) for every value that the concept has of the property, until it returns true.
template <typename Take>
bool anyValue(const CodeSystem& system, ConceptIndex at, std::string_view property, Take take) {
  if (isConceptProperty(property)) return take(system.code(at));
  if (property == "display") return take(system.display(at));
  if (property == "definition") return take(system.definition(at));
  if (property == "parent" || property == "child") {
    auto relatives = property == "parent" ? system.parents(at) : system.children(at);
    return std::any_of(relatives.begin(), relatives.end(), [&](ConceptIndex i) { return take(system.code(i)); });
  }
  bool had = false;
  for (const PropertyValue& value : system.properties(at)) {
    if (value.property != property) continue;
    had = true;
    if (take(value.value)) return true;
  }
  // What the resource leaves unsaid about these two is false.
  if (had) return false;
  if (property == "inactive") return take(system.isInactive(at) ? "true" : "false");
  if (property == "notSelectable" || property == "abstract") return take(system.isAbstract(at) ? "true" : "false");
  return false;
}

Member byHierarchy(const CodeSystem& system, ConceptIndex at, const ValueSetFilter& filter) {
  ConceptIndex other = system.find(filter.value);
  // A concept that is not in the system has nothing below or above it.
  if (other == kNoConcept) return fromBool(filter.op == Op::IsNotA);
  switch (filter.op) {
    case Op::IsA: return fromBool(system.isA(at, other));
    case Op::DescendentOf: return fromBool(at != other && system.isA(at, other));
    case Op::IsNotA: return fromBool(!system.isA(at, other));
    case Op::Generalizes: return fromBool(system.isA(other, at));
    case Op::ChildOf: {
      auto parents = system.parents(at);
      return fromBool(std::find(parents.begin(), parents.end(), other) != parents.end());
    }
    case Op::DescendentLeaf: return fromBool(at != other && system.children(at).empty() && system.isA(at, other));
    default: return Member::Unknown;
  }
}

}  // namespace

Member passesFilter(const CodeSystem& system, ConceptIndex at, const ValueSetFilter& filter) {
  std::string_view property = filter.property;
  auto equals = [&](std::string_view text) { return sameText(system, text, filter.value); };
  auto listed = [&](std::string_view text) {
    return std::any_of(filter.values.begin(), filter.values.end(),
                       [&](const std::string& value) { return sameText(system, text, value); });
  };
  switch (filter.op) {
    case Op::Equal:
      // "concept = X" and "parent = X" are codes; true and false may be written in any case.
      if (filter.value.size() <= 5 && base::equalIgnoringCase(filter.value, "true")) {
        return fromBool(anyValue(system, at, property, [](std::string_view text) { return text == "true"; }));
      }
      return fromBool(anyValue(system, at, property, equals));
    case Op::In: return fromBool(anyValue(system, at, property, listed));
    case Op::NotIn: return fromBool(!anyValue(system, at, property, listed));
    case Op::Regex:
      return fromBool(
          anyValue(system, at, property, [&](std::string_view text) { return filter.pattern->fullMatch(text); }));
    case Op::Exists: {
      bool has = anyValue(system, at, property, [](std::string_view text) { return !text.empty(); });
      return fromBool(has == (filter.value == "true"));
    }
    default: return byHierarchy(system, at, filter);
  }
}

}  // namespace fhir::terminology
