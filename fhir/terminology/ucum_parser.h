#pragma once
// The grammar of UCUM codes (The Unified Code for Units of Measure, section 2). Private to fhir/terminology.

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/decimal.h"
#include "fhir/terminology/ucum.h"
#include "fhir/terminology/ucum_table.h"

namespace fhir::terminology {

// A code worked out: factor, dimension and simple parts.
struct UcumProduct {
  bool ok = false;
  bool too_costly = false;
  std::string trouble;  // a sentence when it is not ok
  size_t at = 0;        // where

  base::Decimal numerator = base::Decimal::fromInteger(1);
  base::Decimal denominator = base::Decimal::fromInteger(1);
  std::vector<std::pair<uint16_t, int16_t>> dimension;  // by unit, no zero exponents
  std::vector<UcumUnit::Part> parts;
  base::Decimal number = base::Decimal::fromInteger(1);
  // Set when the whole code is one special unit, with or without a prefix.
  uint16_t special = 0;
  base::Decimal special_prefix = base::Decimal::fromInteger(1);
};

// `ready` is asked before an atom's factor is used, so that the table can be worked out while it is read.
UcumProduct parseUcumProduct(std::string_view code, const UcumTable& table,
                             const std::function<bool(uint16_t)>& ready = nullptr);

}  // namespace fhir::terminology
