#pragma once
// FHIR Quantities without a UCUM code have no System.Quantity (FHIR R4 2.9.1.2). They can be compared where their
// units are the same as they are written (N1 trial use, comparable(): "the units are the same (irrespective of the
// system)"). Private to fhir/path.

#include <optional>

#include "fhir/path/evaluator.h"

namespace fhir::path {

// A Quantity element that Evaluator::value() could not turn into a System.Quantity.
bool isWrittenQuantity(const Item& value);

struct WrittenOrder {
  bool known = false;  // false: the units differ, a value is missing or only a bound
  int sign = 0;        // -1, 0, 1
};
// Of what Evaluator::value() gave; nothing when neither is a written quantity or one is no quantity at all.
std::optional<WrittenOrder> compareWritten(Evaluator& evaluator, const Item& left, const Item& right);

}  // namespace fhir::path
