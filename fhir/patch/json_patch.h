#pragma once
// JSON Patch (RFC 6902) over any JSON. What else holds for FHIR resources is in patch.h.
// Immutable after read() and thread-safe.
//
// Errors: Why::Invalid; where = "line:column" in the patch for a patch that cannot be read, else
// "operation 2 /name/0": the number of the operation, from 0, and the pointer that failed. An error leaves nothing
// changed, because the document is changed as a copy.

#include <cstdint>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/model/json_value.h"
#include "fhir/patch/json_pointer.h"

namespace fhir::patch {

struct PatchLimits {
  size_t operations = 10'000;
  size_t values = 1'000'000;  // of the document while it is patched: copies must not grow without end
  size_t depth = 64;
  // Values compared, copied and moved aside by all operations together: many operations on a large document must end.
  uint64_t work = 50'000'000;
  // Steps of the paths of all operations of a FHIRPath Patch together, and bytes read again between them.
  uint64_t steps = 20'000'000;
  uint64_t reread_bytes = 256u << 20;
};

class JsonPatch {
 public:
  static base::Result<JsonPatch> read(std::string_view json, const PatchLimits& limits = {});

  // Why::Conflict when a `test` does not hold, Why::TooCostly beyond the limits.
  base::Result<model::JsonValue> apply(model::JsonValue document) const;

  size_t size() const { return operations_.size(); }

 private:
  enum class Kind : uint8_t { Add, Remove, Replace, Move, Copy, Test };
  struct Operation {
    Kind kind = Kind::Add;
    Pointer path;
    Pointer from;
    model::JsonValue value;
  };
  class Run;

  static base::Result<Operation> readOperation(const model::JsonValue& json);

  std::vector<Operation> operations_;
  PatchLimits limits_;
};

}  // namespace fhir::patch
