#include "fhir/path/written_names.h"

#include <algorithm>

#include "fhir/definitions/lookup.h"

namespace fhir::path {
namespace {

constexpr std::string_view kResourceType = "resourceType";

}  // namespace

bool isWrittenName(std::string_view name) {
  auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  return std::any_of(name.begin(), name.end(), capital) && !capital(name[0]);
}

void childrenWritten(Evaluator& evaluator, const Item& item, const base::Name& name, Items& out) {
  const TypeName type = item.navigator().type(item.node());
  if (type.number == 0) return;
  const auto& definitions = definitions::r4();
  if (name.text == kResourceType) {
    if (definitions.isResource(type.number)) out.push(Item::string(type.name));
    return;
  }
  const definitions::Member member = definitions.member(type.number, name);
  if (!member.element || !member.element->choice) return;
  Items choice(evaluator.pool);
  evaluator.childrenNamed(item, member.element->name, choice);
  for (const Item& child : choice) {
    if (child.navigator().type(child.node()).number == member.type) out.push(child);
  }
}

}  // namespace fhir::path
