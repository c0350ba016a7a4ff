#include "fhir/terminology/subsumption.h"

namespace fhir::terminology {

std::string_view toString(Subsumption subsumption) {
  static constexpr std::string_view kNames[] = {"equivalent", "subsumes", "subsumed-by", "not-subsumed"};
  return kNames[static_cast<size_t>(subsumption)];
}

base::Result<Subsumption> testSubsumption(const LoadedTerminology& terminology, std::string_view system,
                                          std::string_view code_a, std::string_view code_b) {
  const CodeSystem* known = terminology.codeSystem(system);
  if (!known) {
    return base::Error{base::Why::NotFound, "the code system " + std::string(system) + " is not known here",
                       "system"};
  }
  ConceptIndex a = known->find(code_a), b = known->find(code_b);
  for (auto [index, code, where] : {std::tuple(a, code_a, "codeA"), std::tuple(b, code_b, "codeB")}) {
    if (index != kNoConcept) continue;
    return base::Error{base::Why::NotFound,
                       "the code '" + std::string(code) + "' is not in the code system " + std::string(system),
                       where};
  }
  if (a == b) return Subsumption::Equivalent;
  HierarchyMeaning meaning = known->hierarchyMeaning();
  if (meaning == HierarchyMeaning::PartOf || meaning == HierarchyMeaning::GroupedBy) return Subsumption::NotSubsumed;
  bool b_below_a = known->isA(b, a), a_below_b = known->isA(a, b);
  if (b_below_a && a_below_b) return Subsumption::Equivalent;  // a circle of parents
  if (b_below_a) return Subsumption::Subsumes;
  return a_below_b ? Subsumption::SubsumedBy : Subsumption::NotSubsumed;
}

}  // namespace fhir::terminology
