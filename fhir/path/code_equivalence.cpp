#include "fhir/path/code_equivalence.h"

#include "fhir/path/operators.h"

namespace fhir::path {
namespace {

constexpr base::Name kSystem("system"), kCode("code"), kCoding("coding");

std::string_view typeOf(const Item& item) { return item.navigator().type(item.node()).name; }

bool equivalentChildren(Evaluator& evaluator, const Item& left, const Item& right, const base::Name& name) {
  Items a(evaluator.pool), b(evaluator.pool);
  evaluator.childrenNamed(left, name, a);
  evaluator.childrenNamed(right, name, b);
  return equivalent(evaluator, a, b);
}

bool equivalentCodings(Evaluator& evaluator, const Item& left, const Item& right) {
  return equivalentChildren(evaluator, left, right, kCode) && equivalentChildren(evaluator, left, right, kSystem);
}

std::optional<bool> equivalentConcepts(Evaluator& evaluator, const Item& left, const Item& right) {
  Items a(evaluator.pool), b(evaluator.pool);
  evaluator.childrenNamed(left, kCoding, a);
  evaluator.childrenNamed(right, kCoding, b);
  if (a.empty() && b.empty()) return std::nullopt;
  for (const Item& one : a) {
    for (const Item& other : b) {
      if (!evaluator.spend(1, 0)) return false;
      if (equivalentCodings(evaluator, one, other)) return true;
    }
  }
  return false;
}

}  // namespace

std::optional<bool> equivalentCodes(Evaluator& evaluator, const Item& left, const Item& right) {
  const std::string_view type = typeOf(left);
  if (type != typeOf(right)) return std::nullopt;
  if (type == "Coding") return equivalentCodings(evaluator, left, right);
  if (type == "CodeableConcept") return equivalentConcepts(evaluator, left, right);
  return std::nullopt;
}

bool isConcept(const Item& item) { return typeOf(item) == "CodeableConcept"; }

void childrenForEquivalence(Evaluator& evaluator, const Item& item, Items& out) {
  const TypeName type = item.navigator().type(item.node());
  if (type.name == "Coding") {
    evaluator.childrenNamed(item, kSystem, out);
    evaluator.childrenNamed(item, kCode, out);
    return;
  }
  Items all(evaluator.pool);
  evaluator.children(item, all);
  for (const Item& child : all) {
    if (type.number == 0 || child.navigator().name(child.node()) != "id") out.push(child);
  }
}

}  // namespace fhir::path
