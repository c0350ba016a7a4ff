#include "gateway/cli/path_ports.h"

#include "fhir/definitions/lookup.h"
#include "fhir/terminology/loaded_terminology.h"

namespace gateway::cli {
namespace {

// The port's functions are not const, though all answer without a change.
fhir::terminology::LoadedTerminology& r4Codes() {
  static const auto codes = fhir::terminology::LoadedTerminology::r4();
  return const_cast<fhir::terminology::LoadedTerminology&>(*codes);
}

}  // namespace

std::optional<bool> R4Codes::memberOf(const fhir::terminology::Coding& coding, std::string_view value_set) {
  return r4Codes().memberOf(coding, value_set);
}

std::optional<bool> R4Codes::subsumes(std::string_view system, std::string_view a, std::string_view b) {
  return r4Codes().subsumes(system, a, b);
}

std::optional<bool> R4Types::conformsTo(const fhir::path::Item& element, std::string_view profile) {
  constexpr std::string_view kBase = "http://hl7.org/fhir/StructureDefinition/";
  if (!profile.starts_with(kBase) || !element.isNode()) return std::nullopt;
  const auto& definitions = fhir::definitions::r4();
  const auto* type = definitions.type(profile.substr(kBase.size()));
  if (!type) return std::nullopt;
  return definitions.isSubtypeOf(element.navigator().type(element.node()).number, type->number);
}

}  // namespace gateway::cli
