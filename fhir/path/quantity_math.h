#pragma once
// Quantities with UCUM and calendar units: order, conversion, arithmetic (N1 4.1.8, 6.1, 6.2, 6.6).
// Private to fhir/path.
//
// Calendar weeks, days, hours, minutes, seconds and milliseconds are the UCUM units of the same length. Calendar
// years and months are not: with each other a year is 12 months, with shorter calendar units a year is 365 days and
// a month 30 days, and with UCUM units they do not compare (they are equivalent to 'a' and 'mo').

#include <optional>

#include "fhir/path/item.h"
#include "fhir/path/program.h"
#include "fhir/terminology/ucum.h"

namespace fhir::path {

// The unit, calendar words as their UCUM counterpart; nothing when it is none.
std::optional<terminology::UcumUnit> ucumUnit(const Quantity& value);

// Nothing when the units cannot be compared.
std::optional<int> compareQuantity(const Quantity& left, const Quantity& right);

// `~`: compared in the larger of both units, to the digits of the less precise value; nothing when the units
// cannot be compared.
std::optional<bool> equivalentQuantity(const Quantity& left, const Quantity& right);

// `~` of decimals: rounded to the digits of the less precise value, trailing zeros not counted.
bool equivalentDecimal(const base::Decimal& left, const base::Decimal& right);

// + - * /; nothing when the units do not fit or the result has no value. Sums are in the smaller unit.
std::optional<Quantity> quantityArithmetic(Operator op, const Quantity& left, const Quantity& right,
                                           base::Arena& arena);

// In another unit: a UCUM code, or a calendar word. A value without a unit ('1') takes the unit as it is.
std::optional<Quantity> convertQuantity(const Quantity& value, std::string_view unit, base::Arena& arena);

// Quantities that compareQuantity finds equal have equal hashes.
uint64_t hashQuantity(const Quantity& value);

}  // namespace fhir::path
