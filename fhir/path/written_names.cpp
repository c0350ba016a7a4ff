#include "fhir/path/written_names.h"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "fhir/definitions/lookup.h"

namespace fhir::path {
namespace {

constexpr std::string_view kResourceType = "resourceType";

bool isCapital(char c) { return c >= 'A' && c <= 'Z'; }

// valueQuantity, deceasedBoolean, ... of all types.
std::unordered_set<std::string> choiceNames() {
  std::unordered_set<std::string> out;
  for (const definitions::Element& element : definitions::r4().allElements()) {
    if (!element.choice) continue;
    for (definitions::TypeNumber number : element.types) {
      std::string type(definitions::r4().type(number)->name);
      if (type[0] >= 'a' && type[0] <= 'z') type[0] = static_cast<char>(type[0] - 'a' + 'A');
      out.insert(std::string(element.name.text) + type);
    }
  }
  return out;
}

}  // namespace

bool isWrittenName(std::string_view name) {
  if (name == kResourceType) return true;
  if (isCapital(name[0]) || std::none_of(name.begin(), name.end(), isCapital)) return false;
  static const std::unordered_set<std::string> names = choiceNames();
  return names.contains(std::string(name));
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
