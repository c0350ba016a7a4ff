#include "gateway/record/search/derived_parameters.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace gateway::record::search {

using fhir::definitions::Definitions;
using fhir::definitions::SearchParameter;
using fhir::definitions::SearchType;

namespace {

constexpr std::string_view kCombo = "combo-";
constexpr std::string_view kObservation = "http://hl7.org/fhir/SearchParameter/Observation-combo-";

bool isCombo(const SearchParameter& parameter) {
  return parameter.code.starts_with(kCombo) && parameter.url.starts_with(kObservation);
}

// "Observation" as expression: the composite stands on the resource itself, not on a repeating element of it.
bool isOnResource(const SearchParameter& parameter) {
  return parameter.type == SearchType::Composite && !parameter.expression.empty() &&
         parameter.expression.find_first_of(". |(") == std::string_view::npos;
}

std::vector<const SearchParameter*> splitOf(const Definitions& definitions, const SearchParameter& parameter) {
  auto parts = componentsOf(definitions, parameter);
  for (const auto* part : parts) {
    if (part == nullptr) return {};
  }
  return parts;
}

std::vector<fhir::definitions::ParameterNumber> allDerived() {
  const auto& definitions = fhir::definitions::r4();
  std::vector<fhir::definitions::ParameterNumber> numbers;
  for (const auto& type : definitions.types()) {
    if (!definitions.isResource(type.number)) continue;
    for (const auto* parameter : definitions.searchParameters(type.number)) {
      if (isDerived(*parameter)) numbers.push_back(parameter->number);
    }
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

}  // namespace

bool isDerived(const SearchParameter& parameter) { return isCombo(parameter) || isOnResource(parameter); }

bool isDerived(fhir::definitions::ParameterNumber number) {
  const auto& all = derivedParameters();
  return std::binary_search(all.begin(), all.end(), number);
}

const std::vector<fhir::definitions::ParameterNumber>& derivedParameters() {
  static const std::vector<fhir::definitions::ParameterNumber> kDerived = allDerived();
  return kDerived;
}

std::vector<Alternative> alternativesOf(const Definitions& definitions, const SearchParameter& parameter) {
  std::vector<Alternative> found;
  if (isOnResource(parameter)) {
    found.push_back({splitOf(definitions, parameter)});
  } else if (isCombo(parameter)) {
    std::string plain(parameter.code.substr(kCombo.size()));
    const auto* of_resource = definitions.searchParameter(parameter.base, plain);
    const auto* of_component = definitions.searchParameter(parameter.base, "component-" + plain);
    if (of_resource != nullptr) {
      found.push_back({isOnResource(*of_resource) ? splitOf(definitions, *of_resource)
                                                  : std::vector<const SearchParameter*>{of_resource}});
    }
    if (of_component != nullptr) found.push_back({{of_component}});
  }
  return found;
}

std::vector<const SearchParameter*> componentsOf(const Definitions& definitions, const SearchParameter& composite) {
  std::vector<const SearchParameter*> parts;
  for (std::string_view component : composite.components) {
    parts.push_back(definitions.searchParameter(composite.base, component.substr(0, component.find('|'))));
  }
  return parts;
}

}  // namespace gateway::record::search
