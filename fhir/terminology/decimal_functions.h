#pragma once
// Roots, powers and logarithms of decimals, right to 28 significant digits and without binary floating point:
// what UCUM's logarithmic units and FHIRPath's math functions need. Thread-safe.

#include <optional>

#include "fhir/base/decimal.h"

namespace fhir::terminology {

// Nothing when the result is not a real number, or beyond what Decimal holds.
std::optional<base::Decimal> squareRoot(const base::Decimal& value);
std::optional<base::Decimal> exponential(const base::Decimal& value);       // e^value
std::optional<base::Decimal> naturalLogarithm(const base::Decimal& value);  // value > 0
std::optional<base::Decimal> logarithm(const base::Decimal& value,
                                       const base::Decimal& base_of);  // both > 0, base not 1
std::optional<base::Decimal> power(const base::Decimal& value, const base::Decimal& exponent);  // exact for whole
                                                                                                // exponents that fit
}  // namespace fhir::terminology
