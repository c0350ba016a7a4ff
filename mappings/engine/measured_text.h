#pragma once
// Result texts of laboratories and village clinics (quirks Q18 to Q22): numbers with comparators, titres,
// units behind the number, reference ranges. Pure functions of the text; views point into the given text
// only where said.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/decimal.h"

namespace mappings::engine {

struct MeasuredNumber {
  std::string comparator;  // "", "<", "<=", ">=", ">"
  fhir::base::Decimal value;
  std::string digits;  // as written, plain JSON number
  std::string unit;    // what stands behind the number: "kg" of "71kg"
};

// "11.32", "<5", "≤0.5", ">1000", "71kg", "36.5℃", "１１.３". Nothing for "1:160", "+++", "3.5-9.5", "2025-03-06".
std::optional<MeasuredNumber> readMeasured(std::string_view text);

struct MeasuredRatio {
  std::string numerator;
  std::string denominator;
};
std::optional<MeasuredRatio> readRatio(std::string_view text);  // "1:160"

struct ReferenceRange {
  std::string low;  // plain JSON number, empty when open
  std::string high;
  bool open = false;              // "<10": the bound itself is outside
  std::string sex;                // "male", "female" or ""
  std::string age_low, age_high;  // "18" of "18-60岁"; empty when open or not said
  std::string age_unit;           // UCUM: "a", "mo", "d"; empty when no age is said
  std::string group;              // people named without numbers: "成人", "儿童", "新生儿"
  std::string text;               // the piece as written
};

// "3.5--9.5", "125～350", "115-150", "≤10", "<10", ">=3", "男:4.3-5.8 女:3.8-5.1", "18-60岁:3-5；≥60岁:4-6",
// "成人 3.9-6.1 儿童 3.3-5.6"; the pieces may stand on lines of their own. What is not understood comes out as one
// range with only its text. Empty for an empty text.
std::vector<ReferenceRange> readRanges(std::string_view text);

// "H", "L", "N", or "" when the text and the ranges do not decide it. Ranges of one sex count for that sex only,
// those of an age or a group for nobody: neither is known here.
std::string interpretNumber(const MeasuredNumber& number, const std::vector<ReferenceRange>& ranges,
                            std::string_view sex);

}  // namespace mappings::engine
