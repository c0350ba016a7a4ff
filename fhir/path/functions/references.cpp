// resolve() (FHIR R4 2.9.1.5): contained resources, entries of the surrounding Bundle, then the host's Resolver.

#include "fhir/definitions/lookup.h"
#include "fhir/model/reference.h"
#include "fhir/path/functions/functions.h"
#include "fhir/path/resolver.h"
#include "fhir/path/resource_scope.h"

namespace fhir::path::functions {
namespace {

constexpr base::Name kReference("reference"), kType("type");

std::string_view childText(Evaluator& evaluator, const Item& item, const base::Name& name) {
  Items found(evaluator.pool);
  evaluator.childrenNamed(item, name, found);
  std::string_view text;
  if (!found.empty()) evaluator.text(found[0], text);
  return text;
}

// Of a Reference its literal reference, of a uri, canonical or string its text.
std::string_view referenceOf(Evaluator& evaluator, const Item& item) {
  if (item.isNode() && item.navigator().scalar(item.node()).kind == ScalarKind::None) {
    return childText(evaluator, item, kReference);
  }
  Item value = evaluator.value(item);
  return value.kind() == ItemKind::String ? value.string() : std::string_view();
}

// How search parameters ask `resolve() is Patient` of a reference that cannot be followed.
std::optional<Item> typeOnly(Call& call, const Item& item, std::string_view reference) {
  std::string_view name;
  if (auto parsed = model::parseReference(reference)) name = parsed->type;
  if (name.empty()) name = childText(call.evaluator, item, kType);
  const definitions::Type* type = definitions::r4().type(name);
  if (!type) return std::nullopt;
  return Item::type(call.keep(TypeName{"FHIR", type->name, type->number}));
}

std::optional<Item> find(Call& call, const Item& item, std::string_view reference) {
  if (reference.empty()) return std::nullopt;
  Evaluator& evaluator = call.evaluator;
  // A text that came from nowhere is seen from %resource.
  std::optional<Item> from = item.isNode() ? containerOf(item) : evaluator.resource();
  if (from) from = containerOf(*from);
  if (!from) return std::nullopt;
  if (reference.starts_with('#')) return containedResource(evaluator, *from, reference.substr(1));
  if (auto entry = evaluator.bundle_index.find(evaluator, *from, reference)) return entry;
  Resolver* resolver = evaluator.evaluation.resolver;
  return resolver ? resolver->resolve(reference, *from) : std::nullopt;
}

}  // namespace

bool resolve(Call& call, Items& out) {
  if (!call.evaluator.spend(call.input.size(), call.offset())) return false;
  for (const Item& item : call.input) {
    std::string_view reference = referenceOf(call.evaluator, item);
    std::optional<Item> found = find(call, item, reference);
    if (!found && call.evaluator.program.search_parameter) found = typeOnly(call, item, reference);
    if (found) out.push(*found);
  }
  return true;
}

}  // namespace fhir::path::functions
