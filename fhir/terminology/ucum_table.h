#pragma once
// ucum/units.tsv as it was compiled in: prefixes and units with their factors worked out down to base units.
// Private to fhir/terminology.

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/decimal.h"

namespace fhir::terminology {

enum class SpecialFunction : uint8_t { None, Celsius, Fahrenheit, Reaumur, Ph, Ln, Lg, TwiceLg, Ld, Root, Unknown };

struct UcumAtom {
  std::string_view code;
  bool metric = false;     // takes prefixes
  bool arbitrary = false;  // a dimension of its own
  bool base = false;
  SpecialFunction function = SpecialFunction::None;
  std::string_view definition;  // the unit it is defined by
  // The factor down to base units; for a special unit that of the unit its function works on.
  base::Decimal numerator = base::Decimal::fromInteger(1);
  base::Decimal denominator = base::Decimal::fromInteger(1);
  std::vector<std::pair<uint16_t, int16_t>> dimension;
};

struct UcumPrefix {
  std::string_view code;
  base::Decimal factor;
};

struct UcumTable {
  std::vector<UcumAtom> atoms;  // atoms[0] is nothing
  std::vector<UcumPrefix> prefixes;
  std::vector<uint16_t> by_code;  // atoms, sorted by code

  uint16_t find(std::string_view code) const;  // 0: no such unit
};

const UcumTable& ucumTable();

// ucum/aliases.tsv: text, code; sorted by the file.
std::string_view ucumAliases();

}  // namespace fhir::terminology
