#include "fhir/terminology/ucum.h"

#include <algorithm>

#include "fhir/terminology/decimal_functions.h"
#include "fhir/terminology/ucum_parser.h"
#include "fhir/terminology/ucum_table.h"

namespace fhir::terminology {
namespace {

using base::Decimal;
using Maybe = std::optional<Decimal>;

Maybe take(base::Result<Decimal> result) {
  if (!result) return std::nullopt;
  return std::move(*result);
}
Maybe times(const Maybe& a, const Decimal& b) { return a ? take(a->multiply(b)) : std::nullopt; }
Maybe over(const Maybe& a, const Decimal& b) { return a ? take(a->divide(b)) : std::nullopt; }
Maybe plus(const Maybe& a, const Decimal& b) { return a ? take(a->add(b)) : std::nullopt; }
Maybe minus(const Maybe& a, const Decimal& b) { return a ? take(a->subtract(b)) : std::nullopt; }

const Decimal& constant(const char* text) {
  static const Decimal kZeroCelsius = Decimal::parse("273.15").value();
  static const Decimal kZeroFahrenheit = Decimal::parse("459.67").value();
  return text[0] == 'C' ? kZeroCelsius : kZeroFahrenheit;
}
Decimal whole(int64_t value) { return Decimal::fromInteger(value); }

// UCUM 4.5 (Cel, degF, ...) and 4.6 (levels): from the special scale to the unit its function works on, still to be
// multiplied by the atom's factor. Fahrenheit's and Réaumur's factor 5/9 and 5/4 is the atom's.
Maybe fromSpecial(SpecialFunction function, const Maybe& value) {
  if (!value) return value;
  switch (function) {
    case SpecialFunction::Celsius: return plus(value, constant("Celsius"));
    case SpecialFunction::Fahrenheit: return plus(value, constant("Fahrenheit"));
    case SpecialFunction::Reaumur: return plus(value, Decimal::parse("218.52").value());
    case SpecialFunction::Ph: return power(whole(10), value->negated());
    case SpecialFunction::Ln: return exponential(*value);
    case SpecialFunction::Lg: return power(whole(10), *value);
    case SpecialFunction::TwiceLg: {
      Maybe half = over(value, whole(2));
      return half ? power(whole(10), *half) : half;
    }
    case SpecialFunction::Ld: return power(whole(2), *value);
    case SpecialFunction::Root: return times(value, *value);
    case SpecialFunction::None:
    case SpecialFunction::Unknown: break;
  }
  return value;
}

Maybe toSpecial(SpecialFunction function, const Maybe& value) {
  if (!value) return value;
  switch (function) {
    case SpecialFunction::Celsius: return minus(value, constant("Celsius"));
    case SpecialFunction::Fahrenheit: return minus(value, constant("Fahrenheit"));
    case SpecialFunction::Reaumur: return minus(value, Decimal::parse("218.52").value());
    case SpecialFunction::Ph: {
      Maybe level = logarithm(*value, whole(10));
      return level ? Maybe(level->negated()) : level;
    }
    case SpecialFunction::Ln: return naturalLogarithm(*value);
    case SpecialFunction::Lg: return logarithm(*value, whole(10));
    case SpecialFunction::TwiceLg: return times(logarithm(*value, whole(10)), whole(2));
    case SpecialFunction::Ld: return logarithm(*value, whole(2));
    case SpecialFunction::Root: return squareRoot(*value);
    case SpecialFunction::None:
    case SpecialFunction::Unknown: break;
  }
  return value;
}

}  // namespace

base::Result<UcumUnit> UcumUnit::parse(std::string_view code) {
  const UcumTable& table = ucumTable();
  UcumProduct product = parseUcumProduct(code, table);
  if (!product.ok) {
    return base::Error{product.too_costly ? base::Why::TooCostly : base::Why::Invalid, product.trouble,
                       "1:" + std::to_string(product.at + 1)};
  }
  UcumUnit unit;
  unit.numerator_ = product.numerator;
  unit.denominator_ = product.denominator;
  unit.dimension_ = std::move(product.dimension);
  unit.parts_ = std::move(product.parts);
  unit.number_ = product.number;
  const UcumAtom& special = table.atoms[product.special];
  if (product.special != 0 && special.function != SpecialFunction::Unknown) {
    unit.function_ = product.special;
    unit.prefix_ = product.special_prefix;
    unit.numerator_ = special.numerator;
    unit.denominator_ = special.denominator;
    unit.dimension_ = special.dimension;
  }
  return unit;
}

std::string UcumUnit::canonicalUnit() const {
  const UcumTable& table = ucumTable();
  std::vector<std::pair<std::string_view, int>> named;
  for (auto [unit, exponent] : dimension_) named.emplace_back(table.atoms[unit].code, exponent);
  std::sort(named.begin(), named.end());
  std::string out;
  for (auto [code, exponent] : named) {
    if (!out.empty()) out += '.';
    out += code;
    if (exponent != 1) out += std::to_string(exponent);
  }
  return out.empty() ? "1" : out;
}

std::optional<Decimal> UcumUnit::toCanonical(const Decimal& value) const {
  Maybe number = value;
  if (function_ != 0) number = fromSpecial(ucumTable().atoms[function_].function, times(number, prefix_));
  return over(times(number, numerator_), denominator_);
}

std::optional<Decimal> convert(const Decimal& value, const UcumUnit& from, const UcumUnit& to) {
  if (!from.comparableWith(to)) return std::nullopt;
  Maybe number = value;
  if (from.function_ != 0)
    number = fromSpecial(ucumTable().atoms[from.function_].function, times(number, from.prefix_));
  Maybe above = times(times(number, from.numerator_), to.denominator_);
  Maybe below = take(from.denominator_.multiply(to.numerator_));
  if (!above || !below) return std::nullopt;
  number = over(above, *below);
  if (to.function_ != 0) number = over(toSpecial(ucumTable().atoms[to.function_].function, number), to.prefix_);
  return number;
}

std::optional<std::strong_ordering> compare(const Decimal& left, const UcumUnit& left_unit, const Decimal& right,
                                            const UcumUnit& right_unit) {
  if (!left_unit.comparableWith(right_unit)) return std::nullopt;
  if (left_unit.function_ != 0 || right_unit.function_ != 0) {
    Maybe a = left_unit.toCanonical(left), b = right_unit.toCanonical(right);
    if (!a || !b) return std::nullopt;
    return *a <=> *b;
  }
  // a * n1 / d1 against b * n2 / d2, without a division.
  Maybe a = times(times(left, left_unit.numerator_), right_unit.denominator_);
  Maybe b = times(times(right, right_unit.numerator_), left_unit.denominator_);
  if (!a || !b) return std::nullopt;
  return *a <=> *b;
}

std::string ucumCode(const std::vector<UcumUnit::Part>& parts) {
  std::string above, below;
  for (const UcumUnit::Part& part : parts) {
    int exponent = part.exponent < 0 ? -part.exponent : part.exponent;
    std::string text = part.symbol + (exponent == 1 ? "" : std::to_string(exponent));
    if (part.exponent > 0) above += (above.empty() ? "" : ".") + text;
    if (part.exponent < 0) below += "/" + text;
  }
  return above.empty() && below.empty() ? "1" : above + below;
}

}  // namespace fhir::terminology
