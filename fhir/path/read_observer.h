#pragma once
// ReadObserver: hears which leaves an evaluation has read, so that a host can say which fields of a
// message were used. Only values that are consumed count (compared, converted, joined, ...); navigating
// past a node, counting it or handing it on as a result does not.

#include "fhir/path/item.h"

namespace fhir::path {

class ReadObserver {
 public:
  virtual ~ReadObserver() = default;
  // `leaf` is a node with a primitive value. Called once for each reading, so it must be quick.
  virtual void read(const Item& leaf) = 0;
};

}  // namespace fhir::path
