// A patch: alone, applied to resources of our own, or applied to the JSON in the line below it.
#include "fhir/model/document.h"
#include "fhir/patch/patch.h"
#include "tests/fuzz/resources.h"
#include "tests/fuzz/target.h"

FUZZ_TARGET(input) {
  const size_t end = input.find('\n');
  fhir::patch::PatchLimits limits;
  limits.operations = 100;
  limits.values = 10'000;
  auto patch = fhir::patch::Patch::read(input.substr(0, end), limits);
  if (!patch.ok()) return;
  if (end != std::string_view::npos) (void)patch->apply(input.substr(end + 1));
  for (std::string_view resource : kResources) {
    auto patched = patch->apply(resource);
    if (!patched.ok()) continue;
    fhir::base::Findings findings;
    auto before = fhir::model::Document::readResource(std::string(resource), findings);
    auto after = fhir::model::Document::readResource(*patched, findings);
    FUZZ_CHECK(after.ok() && after->type() == before->type() && after->id() == before->id());
  }
}
