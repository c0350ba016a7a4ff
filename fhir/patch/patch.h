#pragma once
// Patch: a JSON Patch or a FHIRPath Patch, applied to a resource as R4 3.1.0.7 wants it: on a copy, all operations or
// none, and the result is then what an update would bring. Immutable after read() and thread-safe.
//
// What a patch may not do to a resource: change its type or its id (R4 3.1.0.4: both are told by the URL), and leave
// something that cannot be read as a resource of its type. meta.versionId and meta.lastUpdated may be in a patch, but
// a server replaces them as in any update.

#include <string>
#include <string_view>
#include <variant>

#include "fhir/base/result.h"
#include "fhir/patch/fhirpath_patch.h"
#include "fhir/patch/json_patch.h"

namespace fhir::patch {

class Patch {
 public:
  // An array is a JSON Patch, a Parameters resource a FHIRPath Patch. Errors as in json_patch.h and fhirpath_patch.h.
  static base::Result<Patch> read(std::string_view json, const PatchLimits& limits = {});

  explicit Patch(JsonPatch patch) : patch_(std::move(patch)) {}
  explicit Patch(FhirPathPatch patch) : patch_(std::move(patch)) {}

  // The patched resource, compact. JSON that is no resource (no resourceType) takes a JSON Patch without further
  // rules. An error of the patch has the place of the operation, one of the rules that of the element.
  base::Result<std::string> apply(std::string_view json) const;

 private:
  std::variant<JsonPatch, FhirPathPatch> patch_;
};

}  // namespace fhir::patch
