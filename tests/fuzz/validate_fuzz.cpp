// A resource is validated; a StructureDefinition is loaded, and resources are validated against it.
#include "fhir/validate/loader.h"
#include "fhir/validate/policy.h"
#include "fhir/validate/report.h"
#include "fhir/validate/validator.h"
#include "tests/fuzz/resources.h"
#include "tests/fuzz/target.h"

FUZZ_TARGET(input) {
  using namespace fhir;
  static const auto published = validate::Profiles::create();
  (void)validate::Policy::read(input, "policy");
  base::Findings reading;
  std::string text(input);
  auto document = model::Document::readResource(text, reading);
  if (!document.ok()) return;
  validate::Options options;
  options.invariant_steps = 20'000;
  const base::Findings findings = validate::Validator(**published).validate(*document, reading, options);
  FUZZ_CHECK(findings.list().size() <= options.most_findings + 102);
  (void)validate::asOutcome(findings, validate::SourcePlaces(text, *document, false));
  if (document->resourceType() != "StructureDefinition") return;
  validate::Loader loader;
  if (!loader.add(text, "input").ok()) return;
  auto profiles = loader.finish();
  FUZZ_CHECK(profiles.ok());
  const std::vector<std::string> asked = (*profiles)->loaded();
  options.profiles = asked;
  for (std::string_view resource : kResources) {
    base::Findings found;
    auto one = model::Document::readResource(std::string(resource), found);
    (void)validate::Validator(**profiles).validate(*one, found, options);
  }
}
