// Patches are made from one resource to another: of our own to that of the input, or from the first line to the
// second.
#include "fhir/patch/diff.h"
#include "fhir/patch/patch.h"
#include "tests/fuzz/resources.h"
#include "tests/fuzz/target.h"

namespace {

using fhir::model::JsonValue;

void makePatches(std::string_view before_text, std::string_view after_text) {
  auto before = JsonValue::read(before_text), after = JsonValue::read(after_text);
  if (!before.ok() || !after.ok()) return;
  auto json_patch = fhir::patch::JsonPatch::read(fhir::patch::jsonPatchBetween(*before, *after).write());
  FUZZ_CHECK(json_patch.ok());
  auto patched = json_patch->apply(*before);
  FUZZ_CHECK(patched.ok() ? sameDigits(*patched, *after) : patched.error().why == fhir::base::Why::TooCostly);
  auto difference = fhir::patch::fhirPathPatchBetween(*before, *after);
  if (!difference.ok()) return;
  auto path_patch = fhir::patch::FhirPathPatch::read(difference->write());
  FUZZ_CHECK(path_patch.ok());
  auto path_patched = path_patch->apply(*before);
  FUZZ_CHECK(path_patched.ok() ? sameDigits(*path_patched, *after)
                               : path_patched.error().why == fhir::base::Why::TooCostly);
}

}  // namespace

FUZZ_TARGET(input) {
  if (const size_t end = input.find('\n'); end != std::string_view::npos)
    return makePatches(input.substr(0, end), input.substr(end + 1));
  for (std::string_view resource : kResources) makePatches(resource, input);
}
