#pragma once
// UCUM: the Unified Code for Units of Measure (https://ucum.org, version 2.2, case-sensitive codes).
// Parsing, canonical form, conversion and comparison for the whole table ucum/units.tsv, in exact decimals.
// Immutable and thread-safe; the table is read at the first use.
//
//   ASSIGN_OR_RETURN(UcumUnit mg, UcumUnit::parse("mg/dL"));
//   ASSIGN_OR_RETURN(UcumUnit g, UcumUnit::parse("g/L"));
//   convert(*Decimal::parse("95"), mg, g);   // 0.95
//
// What is comparable: units of the same dimension. Arbitrary units ([iU], [CFU], ...) are dimensions of their
// own (UCUM section 3.2, 24). Special units (Cel, [degF], [pH], B, Np, ... section 3.1, 21) are
// converted through their function when they stand alone or with a prefix; inside a product each is a
// dimension of its own. Annotations ({...}) count as 1.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/decimal.h"
#include "fhir/base/result.h"

namespace fhir::terminology {

class UcumUnit {
 public:
  static constexpr size_t kMaxLength = 200;

  // Why::Invalid for what is no UCUM unit, Why::TooCostly beyond kMaxLength or with powers beyond reach.
  static base::Result<UcumUnit> parse(std::string_view code);

  bool comparableWith(const UcumUnit& other) const { return dimension_ == other.dimension_; }

  // "g.m-3": the base units and arbitrary units of the dimension, by code; "1" when it has none.
  // Two units are comparable exactly when their canonical units are equal.
  std::string canonicalUnit() const;
  // The value in canonicalUnit(): exact, or rounded to 28 digits where the factor does not end.
  std::optional<base::Decimal> toCanonical(const base::Decimal& value) const;

  // How the code reads as a product of simple units: "mg/dL" is {mg, 1}, {dL, -1}. A number in the code
  // is left in `number`.
  struct Part {
    std::string symbol;
    int exponent;
  };
  const std::vector<Part>& parts() const { return parts_; }
  const base::Decimal& number() const { return number_; }

 private:
  friend class UcumParser;
  friend std::optional<base::Decimal> convert(const base::Decimal&, const UcumUnit&, const UcumUnit&);
  friend std::optional<std::strong_ordering> compare(const base::Decimal&, const UcumUnit&, const base::Decimal&,
                                                     const UcumUnit&);

  using Dimension = std::vector<std::pair<uint16_t, int16_t>>;  // (unit in the table, exponent), by unit

  // In canonical units a value is value * numerator_ / denominator_, after `function_` when there is one.
  base::Decimal numerator_ = base::Decimal::fromInteger(1);
  base::Decimal denominator_ = base::Decimal::fromInteger(1);
  Dimension dimension_;
  uint16_t function_ = 0;                                 // a special unit of the table, 0 for none
  base::Decimal prefix_ = base::Decimal::fromInteger(1);  // of the special unit

  std::vector<Part> parts_;
  base::Decimal number_ = base::Decimal::fromInteger(1);
};

// Nothing when the units are not comparable, or when the result is beyond Decimal.
std::optional<base::Decimal> convert(const base::Decimal& value, const UcumUnit& from, const UcumUnit& to);

// Exact where the products fit Decimal. Nothing when the units are not comparable.
std::optional<std::strong_ordering> compare(const base::Decimal& left, const UcumUnit& left_unit,
                                            const base::Decimal& right, const UcumUnit& right_unit);

// The code of a product of simple units: {cm, 2} -> "cm2", {g, 1}, {m, -1} -> "g/m", none -> "1".
std::string ucumCode(const std::vector<UcumUnit::Part>& parts);

// The UCUM code that a laboratory means: "×10^9/L" -> "10*9/L", "μmol/l" -> "umol/L", "IU/ml" ->
// "[IU]/mL", "℃" -> "Cel" (ucum/aliases.tsv and the rules above it). A valid UCUM code comes back as it is.
// Nothing for a text that is not known: it stays a text, without conversion.
std::optional<std::string> ucumFromText(std::string_view text);

}  // namespace fhir::terminology
