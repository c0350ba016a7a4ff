#pragma once
// Port: where trace(name) writes to.

#include <string_view>

#include "fhir/path/item.h"

namespace fhir::path {

class TraceSink {
 public:
  virtual ~TraceSink() = default;
  // `values` is what trace() was given, or its projection; good during the call only.
  virtual void trace(std::string_view name, const Collection& values) = 0;
};

}  // namespace fhir::path
