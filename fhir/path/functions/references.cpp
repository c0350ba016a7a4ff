// resolve(): contained resources, entries of the surrounding Bundle, then the host's Resolver.

#include "fhir/definitions/lookup.h"
#include "fhir/model/reference.h"
#include "fhir/path/functions/functions.h"
#include "fhir/path/resolver.h"

namespace fhir::path::functions {
namespace {

constexpr base::Name kReference("reference"), kContained("contained"), kId("id"), kEntry("entry"),
    kFullUrl("fullUrl"), kResource("resource"), kType("type");

bool isResource(const Item& item) { return definitions::r4().isResource(item.navigator().type(item.node()).number); }

std::optional<Item> parentOf(const Item& item) {
  Node parent = item.navigator().parent(item.node());
  if (!parent.tree) return std::nullopt;
  return Item::node(parent, &item.navigator());
}

std::string_view childText(Evaluator& evaluator, const Item& item, const base::Name& name) {
  Items found(evaluator.pool);
  evaluator.childrenNamed(item, name, found);
  return found.empty() ? std::string_view() : found[0].navigator().scalar(found[0].node()).text;
}

// The resource that holds the item and is not itself contained.
std::optional<Item> containerOf(const Item& item) {
  std::optional<Item> at = item, resource;
  for (; at; at = parentOf(*at)) {
    if (!isResource(*at)) continue;
    resource = at;
    if (at->navigator().name(at->node()) != kContained.text) break;
  }
  return resource;
}

std::optional<Item> contained(Evaluator& evaluator, const Item& container, std::string_view id) {
  if (id.empty()) return container;
  Items candidates(evaluator.pool);
  evaluator.childrenNamed(container, kContained, candidates);
  for (const Item& candidate : candidates) {
    if (childText(evaluator, candidate, kId) == id) return candidate;
  }
  return std::nullopt;
}

std::optional<Item> inBundle(Call& call, const Item& container, std::string_view reference, bool& ok) {
  std::optional<Item> root = container, up = container;
  while ((up = parentOf(*root))) root = up;
  if (root->navigator().type(root->node()).name != "Bundle") return std::nullopt;
  Items entries(call.evaluator.pool), resource(call.evaluator.pool);
  call.evaluator.childrenNamed(*root, kEntry, entries);
  ok = call.evaluator.spend(entries.size(), call.offset());
  for (size_t i = 0; ok && i < entries.size(); ++i) {
    std::string_view url = childText(call.evaluator, entries[i], kFullUrl);
    bool same = url == reference || (url.ends_with(reference) && url.size() > reference.size() &&
                                     url[url.size() - reference.size() - 1] == '/');
    if (!same || reference.empty()) continue;
    resource.clear();
    call.evaluator.childrenNamed(entries[i], kResource, resource);
    if (!resource.empty()) return resource[0];
  }
  return std::nullopt;
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

}  // namespace

bool resolve(Call& call, Items& out) {
  for (const Item& item : call.input) {
    std::string_view reference;
    if (item.isNode() && item.navigator().scalar(item.node()).kind == ScalarKind::None) {
      reference = childText(call.evaluator, item, kReference);
    } else {
      Item value = call.evaluator.value(item);
      if (value.kind() == ItemKind::String) reference = value.string();
    }
    // What %resource names is where a text that came from nowhere is seen from.
    const Item* from = item.isNode() ? &item : call.evaluator.evaluation.resource;
    std::optional<Item> container = from && from->isNode() ? containerOf(*from) : std::nullopt;
    std::optional<Item> found;
    bool ok = true;
    if (reference.starts_with('#')) {
      if (container) found = contained(call.evaluator, *container, reference.substr(1));
    } else if (!reference.empty()) {
      if (container) found = inBundle(call, *container, reference, ok);
      if (!ok) return false;
      Resolver* resolver = call.evaluator.evaluation.resolver;
      if (!found && resolver && container) found = resolver->resolve(reference, *container);
    }
    if (!found && call.evaluator.program.search_parameter) found = typeOnly(call, item, reference);
    if (found) out.push(*found);
  }
  return true;
}

}  // namespace fhir::path::functions
