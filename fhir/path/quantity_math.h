#pragma once
// Quantities with UCUM and calendar units: order, conversion, arithmetic (N1 6.1, 6.2, 6.6). Private to fhir/path.

#include <optional>

#include "fhir/path/item.h"
#include "fhir/path/program.h"

namespace fhir::path {

// Nothing when the units cannot be compared.
std::optional<int> compareQuantity(const Quantity& left, const Quantity& right);
// `~`: calendar years and months count as UCUM's, values are compared to the coarser precision.
bool equivalentQuantity(const Quantity& left, const Quantity& right);

// + - * /; nothing when the units do not fit or the result has no value.
std::optional<Quantity> quantityArithmetic(Operator op, const Quantity& left, const Quantity& right,
                                           base::Arena& arena);

// Quantities that compareQuantity finds equal have equal hashes.
uint64_t hashQuantity(const Quantity& value);

}  // namespace fhir::path
