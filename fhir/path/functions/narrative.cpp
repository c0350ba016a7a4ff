// htmlChecks() (FHIR R4 2.9.1.5): the rules for Narrative.div (2.4.0, txt-1 and txt-2), and checkModifiers().

#include <algorithm>

#include "fhir/model/narrative.h"
#include "fhir/path/functions/functions.h"
#include "fhir/path/type_names.h"

namespace fhir::path::functions {
bool htmlChecks(Call& call, Items& out) {
  if (call.input.size() != 1) return true;
  TypeName type = typeNameOf(call.input[0]);
  Item value = call.evaluator.value(call.input[0]);
  bool fits =
      value.kind() == ItemKind::String && (type.name == "xhtml" || type.name == "string" || type.space == "System");
  if (!fits) return true;
  const auto checked = model::checkNarrative(value.string());
  out.push(Item::boolean(checked.is_div && checked.has_content && checked.faults.empty()));
  return true;
}

// Every modifier extension must be one of those that the arguments name.
bool checkModifiers(Call& call, Items& out) {
  constexpr base::Name kModifierExtension("modifierExtension"), kUrl("url");
  std::vector<std::string_view> known;
  Items items(call.evaluator.pool), urls(call.evaluator.pool);
  for (size_t i = 0; i < call.count(); ++i) {
    std::optional<std::string_view> url;
    if (!call.stringArgument(i, url)) return false;
    if (url) known.push_back(*url);
  }
  for (const Item& item : call.input) {
    items.clear();
    call.evaluator.childrenNamed(item, kModifierExtension, items);
    for (const Item& extension : items) {
      urls.clear();
      call.evaluator.childrenNamed(extension, kUrl, urls);
      std::string_view url;
      if (!urls.empty()) call.evaluator.text(urls[0], url);
      if (std::find(known.begin(), known.end(), url) == known.end()) {
        return call.fail("there is a modifier extension that is not known here");
      }
    }
  }
  out.append(call.input);
  return true;
}

}  // namespace fhir::path::functions
