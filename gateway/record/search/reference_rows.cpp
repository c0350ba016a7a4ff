#include "gateway/record/search/reference_rows.h"

#include <string>
#include <vector>

namespace gateway::record::search {

using fhir::definitions::Definitions;
using fhir::definitions::ParameterNumber;
using fhir::definitions::SearchParameter;
using fhir::definitions::SearchType;

namespace {

// `Observation.subject.where(resolve() is Patient)` beside `Observation.subject`.
const SearchParameter* widerThan(const Definitions& definitions, const SearchParameter& parameter) {
  if (parameter.code != "patient") return nullptr;
  const auto* subject = definitions.searchParameter(parameter.base, "subject");
  if (subject == nullptr || subject->type != SearchType::Reference || subject->base != parameter.base) return nullptr;
  bool narrows = parameter.expression == std::string(subject->expression) + ".where(resolve() is Patient)";
  return narrows ? subject : nullptr;
}

ReferenceRows rowsOf(const Definitions& definitions, const SearchParameter& parameter) {
  ReferenceRows rows{parameter.number, {}};
  if (parameter.type != SearchType::Reference) return rows;
  if (const auto* wider = widerThan(definitions, parameter)) rows.of = wider->number;
  for (const auto& type : definitions.types()) {
    if (definitions.isResource(type.number) && mayReferTo(parameter, type.name)) rows.targets.push_back(type.number);
  }
  return rows;
}

std::vector<ReferenceRows> allRows() {
  const auto& definitions = fhir::definitions::r4();
  std::vector<ReferenceRows> all(1);
  for (const auto& type : definitions.types()) {
    for (const auto* parameter : definitions.searchParameters(type.number)) {
      if (parameter->number >= all.size()) all.resize(parameter->number + 1);
      all[parameter->number] = rowsOf(definitions, *parameter);
    }
  }
  return all;
}

}  // namespace

const ReferenceRows& referenceRows(ParameterNumber parameter) {
  static const std::vector<ReferenceRows> kAll = allRows();
  return kAll[parameter < kAll.size() ? parameter : 0];
}

bool mayReferTo(const SearchParameter& parameter, std::string_view type) {
  if (parameter.targets.empty()) return true;
  for (std::string_view target : parameter.targets) {
    if (target == type || target == "Resource" || target == "DomainResource") return true;
  }
  return false;
}

}  // namespace gateway::record::search
