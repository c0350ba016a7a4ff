// Codes against bound value sets (R4 4.1.5): required is an error, extensible a warning, others say nothing.

#include "fhir/terminology/code_system.h"
#include "fhir/terminology/loaded_terminology.h"
#include "fhir/terminology/terminology.h"
#include "fhir/terminology/ucum.h"
#include "fhir/validate/codes.h"
#include "fhir/validate/pass.h"

namespace fhir::validate {
namespace {

constexpr base::Name kCoding("coding"), kSystem("system"), kVersion("version"), kCode("code"), kText("text");

struct BoundTypes {
  definitions::TypeNumber concept_type, coding, quantity, string, uri;
  BoundTypes() {
    const auto& r4 = definitions::r4();
    concept_type = r4.type("CodeableConcept")->number;
    coding = r4.type("Coding")->number;
    quantity = r4.type("Quantity")->number;
    string = r4.type("string")->number;
    uri = r4.type("uri")->number;
  }
  // code is a string, url and canonical are URIs
  bool isPlain(definitions::TypeNumber type) const {
    return definitions::r4().isSubtypeOf(type, string) || definitions::r4().isSubtypeOf(type, uri);
  }
};

}  // namespace

std::string_view systemOf(Grammar grammar) {
  switch (grammar) {
    case Grammar::MediaType:
    case Grammar::Format: return "urn:ietf:bcp:13";
    case Grammar::Language: return "urn:ietf:bcp:47";
    case Grammar::Ucum: return "http://unitsofmeasure.org";
    case Grammar::None: break;
  }
  return {};
}

Membership memberOf(const BoundSet& set, const terminology::Coding& coding, bool has_system,
                    terminology::Terminology* terminology) {
  if (set.grammar != Grammar::None && has_system && !coding.system.empty() && coding.system != systemOf(set.grammar))
    return Membership::No;
  if (set.grammar != Grammar::None) return fitsGrammar(set.grammar, coding.code) ? Membership::Yes : Membership::No;
  if (set.codes != nullptr) {
    if (!has_system) return set.codes->holds(coding.code) ? Membership::Yes : Membership::No;
    return set.codes->holds(coding.system, coding.code) ? Membership::Yes : Membership::No;
  }
  if (terminology != nullptr)
    if (auto member = terminology->memberOf(coding, set.url)) return *member ? Membership::Yes : Membership::No;
  return Membership::Unknown;
}

bool fitsGrammar(Grammar grammar, std::string_view code) {
  switch (grammar) {
    case Grammar::MediaType: return isMediaType(code);
    case Grammar::Format: return code == "json" || code == "xml" || code == "ttl" || isMediaType(code);
    case Grammar::Language: return isLanguageTag(code);
    case Grammar::Ucum: return terminology::UcumUnit::parse(code).ok();
    case Grammar::None: break;
  }
  return true;
}

// A code of UCUM should be one, bound or not; HL7's own examples have others (TAB).
void Pass::checkUnit(uint32_t index) {
  if (childValue(index, kSystem) != systemOf(Grammar::Ucum)) return;
  const uint32_t code = child(index, kCode);
  if (code == kNone || value(code).empty() || terminology::UcumUnit::parse(value(code)).ok()) return;
  warning(code, "code-invalid", "unit", "the code is no unit of UCUM");
}

// A code must be one of its code system, bound or not, when the whole system is at hand.
void Pass::checkCode(uint32_t index) {
  static const auto r4 = terminology::LoadedTerminology::r4();
  if (!wrong_.empty() && hasErrorBelow(index)) return;
  const std::string_view system = childValue(index, kSystem);
  const uint32_t code = child(index, kCode);
  if (system.empty() || code == kNone || value(code).empty()) return;
  if (bound_wrong_.contains(index) || bound_wrong_.contains(record(index).parent)) return;  // said already
  // A package may bring a newer version of one of R4's systems.
  if (options.terminology != nullptr)
    if (auto known = options.terminology->hasCode({system, childValue(index, kVersion), value(code), {}})) {
      if (!*known) error(code, "code-invalid", "code", "the code system has no such code");
      return;
    }
  const terminology::CodeSystem* known = r4->codeSystem(system);
  if (known == nullptr || known->content() != terminology::Content::Complete) return;
  if (known->find(value(code)) == terminology::kNoConcept)
    error(code, "code-invalid", "code", "the code system has no such code");
}

void Pass::checkBindings(uint32_t index, const ElementBook& bound) {
  if (bound.required.set()) checkBinding(index, bound.required, base::Severity::Error, bound.text_is_enough);
  if (bound.extensible.set()) checkBinding(index, bound.extensible, base::Severity::Warning, true);
}

void Pass::checkBinding(uint32_t index, const BoundSet& set, base::Severity severity, bool extensible) {
  static const BoundTypes types;
  if (!wrong_.empty() && hasErrorBelow(index)) return;
  const model::Record& self = record(index);
  const std::string which = " value set " + std::string(set.url);
  const std::string_view rule = "binding";
  auto fails = [&](std::string what) {
    report(index, severity, "code-invalid", rule, std::move(what) + which);
    if (quiet_ == 0) bound_wrong_.insert(index);
    if (severity == base::Severity::Error && index != 0) markBad(self.parent, tree.name(self));
  };
  auto coding = [&](uint32_t at) {
    return terminology::Coding{childValue(at, kSystem), childValue(at, kVersion), childValue(at, kCode), {}};
  };
  if (self.type == types.concept_type) {
    bool unknown = false, any = false;
    for (uint32_t i = child(index, kCoding); i != kNone; i = nextNamed(i)) {
      any = true;
      const Membership member = memberOf(set, coding(i), true, options.terminology);
      if (member == Membership::Yes) return;
      unknown |= member == Membership::Unknown;
    }
    if (unknown) return;
    if (any) return fails("none of the codings is in the");
    if (!extensible && child(index, kText) != kNone) fails("a code is needed, from the");
    return;
  }
  if (self.type == types.coding || self.type == types.quantity) {
    const terminology::Coding mine = coding(index);
    if (mine.code.empty()) {
      if (!extensible && self.type == types.coding && self.first != 0 && child(index, kSystem) != kNone)
        fails("a code is needed, from the");
      return;
    }
    if (memberOf(set, mine, true, options.terminology) == Membership::No) fails("the code is not in the");
    return;
  }
  const std::string_view code = value(index);
  if (code.empty() || !types.isPlain(self.type)) return;
  if (memberOf(set, {{}, {}, code, {}}, false, options.terminology) == Membership::No)
    fails("the code is not in the");
}

}  // namespace fhir::validate
