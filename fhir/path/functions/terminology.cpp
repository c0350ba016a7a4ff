// memberOf, subsumes, subsumedBy, conformsTo (FHIR R4 2.9.1.5): they ask the host through its ports.

#include "fhir/terminology/terminology.h"

#include <vector>

#include "fhir/path/conformance.h"
#include "fhir/path/functions/functions.h"
#include "fhir/path/type_names.h"

namespace fhir::path::functions {
namespace {

constexpr base::Name kSystem("system"), kVersion("version"), kCode("code"), kDisplay("display"), kCoding("coding");

std::string_view childText(Evaluator& evaluator, const Item& item, const base::Name& name) {
  Items found(evaluator.pool);
  evaluator.childrenNamed(item, name, found);
  std::string_view text;
  if (!found.empty()) evaluator.text(found[0], text);
  return text;
}

terminology::Coding codingOf(Evaluator& evaluator, const Item& item) {
  return {childText(evaluator, item, kSystem), childText(evaluator, item, kVersion),
          childText(evaluator, item, kCode), childText(evaluator, item, kDisplay)};
}

// A code or string, a Coding, or a CodeableConcept as its codings.
std::vector<terminology::Coding> codingsOf(Evaluator& evaluator, const Item& item) {
  Item value = evaluator.value(item);
  if (value.kind() == ItemKind::String) return {{.code = value.string()}};
  std::vector<terminology::Coding> out;
  if (!value.isNode()) return out;
  Items codings(evaluator.pool);
  evaluator.childrenNamed(item, kCoding, codings);
  for (const Item& coding : codings) out.push_back(codingOf(evaluator, coding));
  bool concept_type = typeNameOf(item).name == "CodeableConcept";
  if (codings.empty() && !concept_type) out.push_back(codingOf(evaluator, item));
  return out;
}

bool needTerminology(Call& call) {
  if (call.evaluator.evaluation.terminology) return true;
  return call.fail("there is no terminology here to ask", base::Why::Unsupported);
}

// Whether a code of `above` subsumes one of `below`; nothing when that is not known.
bool subsumption(Call& call, bool reverse, Items& out) {
  std::optional<Item> item, other;
  if (!call.oneInput(item) || !call.oneArgument(0, other)) return false;
  if (!item || !other) return true;
  if (!needTerminology(call)) return false;
  auto above = codingsOf(call.evaluator, reverse ? *other : *item);
  auto below = codingsOf(call.evaluator, reverse ? *item : *other);
  bool known = false;
  for (const auto& a : above) {
    for (const auto& b : below) {
      if (a.system != b.system || !call.evaluator.spend(1, call.offset())) continue;
      auto answer = a.code == b.code && !a.code.empty()
                        ? std::optional(true)
                        : call.evaluator.evaluation.terminology->subsumes(a.system, a.code, b.code);
      known |= answer.has_value();
      if (answer.value_or(false)) {
        out.push(Item::boolean(true));
        return true;
      }
    }
  }
  if (known) out.push(Item::boolean(false));
  return true;
}

}  // namespace

bool memberOf(Call& call, Items& out) {
  std::optional<std::string_view> value_set;
  if (!call.stringArgument(0, value_set)) return false;
  if (call.input.size() != 1 || !value_set) return true;
  if (!needTerminology(call)) return false;
  bool member = false, known = false;
  auto codings = codingsOf(call.evaluator, call.input[0]);
  if (codings.empty()) return true;
  for (const auto& coding : codings) {
    auto answer = call.evaluator.evaluation.terminology->memberOf(coding, *value_set);
    known |= answer.has_value();
    member |= answer.value_or(false);
  }
  if (!known) return call.fail("the value set is not known here", base::Why::NotFound);
  out.push(Item::boolean(member));
  return true;
}

bool subsumes(Call& call, Items& out) { return subsumption(call, false, out); }
bool subsumedBy(Call& call, Items& out) { return subsumption(call, true, out); }

bool conformsTo(Call& call, Items& out) {
  std::optional<std::string_view> profile;
  if (!call.stringArgument(0, profile)) return false;
  if (call.input.size() > 1) return call.fail("conformsTo() needs a single item");
  if (call.input.empty() || !profile) return true;
  Conformance* conformance = call.evaluator.evaluation.conformance;
  if (!conformance) return call.fail("there are no profiles here to check", base::Why::Unsupported);
  auto answer = conformance->conformsTo(call.input[0], *profile);
  if (!answer) return call.fail("the profile is not known here", base::Why::NotFound);
  out.push(Item::boolean(*answer));
  return true;
}

}  // namespace fhir::path::functions
