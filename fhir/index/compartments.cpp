// The Patient compartment (R4 3.3): the Patients that a resource is about.

#include <algorithm>

#include "fhir/index/extractor.h"

namespace fhir::index {

std::vector<std::string> Extractor::patientCompartments(const model::Document& document, std::string_view id,
                                                        const std::vector<SearchValue>& values) const {
  const auto& r4 = definitions::r4();
  std::vector<std::string> out;
  const definitions::CompartmentRule* rule = r4.patientCompartment(document.type());
  if (rule == nullptr) return out;
  if (document.resourceType() == "Patient") return {std::string(id)};
  for (std::string_view code : rule->parameters) {
    const definitions::SearchParameter* parameter = r4.searchParameter(document.type(), code);
    if (parameter == nullptr) continue;
    for (const SearchValue& value : values)
      if (value.parameter == parameter->number && value.type == definitions::SearchType::Reference &&
          value.reference.type == "Patient")
        out.push_back(value.reference.id);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace fhir::index
