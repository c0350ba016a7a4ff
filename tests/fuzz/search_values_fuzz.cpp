// The search values, compartments and clinical date of any resource.
#include "fhir/index/extractor.h"
#include "fhir/model/document.h"
#include "tests/fuzz/target.h"

FUZZ_TARGET(input) {
  static const fhir::index::Extractor extractor = fhir::index::Extractor::create(fhir::definitions::r4()).value();
  fhir::base::Findings findings;
  auto document = fhir::model::Document::readResource(std::string(input), findings);
  if (!document.ok()) return;
  fhir::base::Arena arena;
  const auto values = extractor.extract(*document, arena, findings);
  extractor.patientCompartments(*document, "x", values);
  extractor.clinicalDate(*document, values);
}
