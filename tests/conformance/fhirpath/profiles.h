#pragma once
// conformsTo() for the profiles that every resource type has: its own base definition.

#include "fhir/definitions/lookup.h"
#include "fhir/path/conformance.h"

namespace conformance {

class BaseProfiles final : public fhir::path::Conformance {
 public:
  std::optional<bool> conformsTo(const fhir::path::Item& element, std::string_view profile) override {
    constexpr std::string_view kBase = "http://hl7.org/fhir/StructureDefinition/";
    if (!profile.starts_with(kBase) || !element.isNode()) return std::nullopt;
    const auto& definitions = fhir::definitions::r4();
    const auto* type = definitions.type(profile.substr(kBase.size()));
    if (!type) return std::nullopt;
    return definitions.isSubtypeOf(element.navigator().type(element.node()).number, type->number);
  }
};

}  // namespace conformance
