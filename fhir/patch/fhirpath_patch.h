#pragma once
// FHIRPath Patch (R4 "FHIRPath Patch", https://hl7.org/fhir/R4/fhirpatch.html): a Parameters resource whose
// parameters are operations add, insert, delete, replace, move. Immutable after read() and thread-safe.
//
// Errors: Why::Invalid; where = "line:column" in the patch for JSON that cannot be read, else "operation 2" or
// "operation 2 Patient.name[0]": the number of the operation, from 0, and its path.
//
// Where R4's text leaves room: a path of `delete` that finds nothing is no error ("if found"), one that finds several
// is; `insert` and `move` want a path to a whole list; what a deletion leaves empty goes too, for FHIR has no empty
// objects and arrays. A value may be of another primitive type that is written in the same way.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/model/json_value.h"
#include "fhir/patch/json_patch.h"
#include "fhir/patch/patch_value.h"
#include "fhir/path/expression.h"

namespace fhir::patch {

class FhirPathPatch {
 public:
  // JSON of the Parameters.
  static base::Result<FhirPathPatch> read(std::string_view json, const PatchLimits& limits = {});

  // `resource` is a FHIR resource as JSON.
  base::Result<model::JsonValue> apply(model::JsonValue resource) const;

  size_t size() const { return operations_.size(); }

 private:
  enum class Kind : uint8_t { Add, Insert, Delete, Replace, Move };
  struct Operation {
    Kind kind = Kind::Add;
    std::string text;  // of the path
    path::Expression path;
    std::optional<path::Expression> owner;  // the path without its last member: where an empty list stands
    std::string list_name;                  // that last member
    std::string name;
    PatchValue value;
    size_t index = 0, source = 0, destination = 0;
  };
  class Run;

  static base::Result<Operation> readOperation(const model::JsonValue& parameter);

  std::vector<Operation> operations_;
  PatchLimits limits_;
};

}  // namespace fhir::patch
