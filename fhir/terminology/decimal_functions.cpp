#include "fhir/terminology/decimal_functions.h"

namespace fhir::terminology {
namespace {

using base::Decimal;
using Maybe = std::optional<Decimal>;

// Working values carry up to Decimal::kMaxDigits digits; Decimal::divide alone stops at kDivisionDigits, so
// quotients are refined by their remainder where it counts.

Decimal number(const char* text) { return base::Decimal::parse(text).value(); }
const Decimal& one() {
  static const Decimal value = Decimal::fromInteger(1);
  return value;
}
const Decimal& two() {
  static const Decimal value = Decimal::fromInteger(2);
  return value;
}
const Decimal& euler() {
  static const Decimal value = number("2.7182818284590452353602874713526624978");
  return value;
}
const Decimal& ln2() {
  static const Decimal value = number("0.69314718055994530941723212145817656808");
  return value;
}
const Decimal& ln10() {
  static const Decimal value = number("2.3025850929940456840179914546843642076");
  return value;
}

Maybe take(base::Result<Decimal> result) {
  if (!result) return std::nullopt;
  return std::move(*result);
}

// The decimal exponent of the first digit: 0 for 1 to 9.99, -1 for 0.1.
int magnitude(const Decimal& value) { return value.digits() - value.scale() - 1; }

// To 28 significant digits, trailing zeros gone.
Decimal settled(const Decimal& value) {
  if (value.isZero()) return Decimal::fromInteger(0);
  Decimal rounded = value.rounded(Decimal::kDivisionDigits - 1 - magnitude(value)).normalized();
  return rounded;
}

// value / divisor for a small whole divisor, to all digits.
Maybe divideBySmall(const Decimal& value, int64_t divisor) {
  Decimal by = Decimal::fromInteger(divisor);
  Maybe quotient = take(value.divide(by));
  if (!quotient) return std::nullopt;
  Maybe back = take(quotient->multiply(by));
  Maybe rest = back ? take(value.subtract(*back)) : std::nullopt;
  Maybe more = rest ? take(rest->divide(by)) : std::nullopt;
  return more ? take(quotient->add(*more)) : std::nullopt;
}

// value^exponent by squaring.
Maybe wholePower(Decimal value, uint64_t exponent) {
  Decimal result = one();
  while (true) {
    if (exponent & 1) {
      Maybe next = take(result.multiply(value));
      if (!next) return std::nullopt;
      result = *next;
    }
    exponent >>= 1;
    if (exponent == 0) return result;
    Maybe square = take(value.multiply(value));
    if (!square) return std::nullopt;
    value = *square;
  }
}

// e^value for |value| < 1, by Taylor's series.
Maybe exponentialOfFraction(const Decimal& value) {
  Decimal sum = one(), term = one();
  for (int64_t n = 1; n < 60; ++n) {
    Maybe product = take(term.multiply(value));
    Maybe next = product ? divideBySmall(*product, n) : std::nullopt;
    if (!next) return std::nullopt;
    term = *next;
    if (term.isZero() || magnitude(term) < -40) break;
    Maybe more = take(sum.add(term));
    if (!more) return std::nullopt;
    sum = *more;
  }
  return sum;
}

// e^value with all working digits.
Maybe exponentialUnsettled(const Decimal& value) {
  auto whole = value.truncated().toInteger();
  constexpr int64_t kMost = 14'000;  // 10^6080
  if (!whole || *whole > kMost || *whole < -kMost) return std::nullopt;
  Maybe fraction = take(value.subtract(value.truncated()));
  Maybe small = fraction ? exponentialOfFraction(*fraction) : std::nullopt;
  Maybe large = wholePower(euler(), static_cast<uint64_t>(*whole < 0 ? -*whole : *whole));
  if (!small || !large) return std::nullopt;
  return *whole < 0 ? take(small->divide(*large)) : take(small->multiply(*large));
}

// ln(value) for value in [0.7, 1.5], by Halley's iteration on the exponential.
Maybe logarithmNearOne(const Decimal& value) {
  Decimal result = Decimal::fromInteger(0);
  for (int turn = 0; turn < 6; ++turn) {
    Maybe power = exponentialOfFraction(result);
    Maybe difference = power ? take(value.subtract(*power)) : std::nullopt;
    Maybe sum = power ? take(value.add(*power)) : std::nullopt;
    Maybe twice = difference ? take(difference->multiply(two())) : std::nullopt;
    Maybe step = twice && sum ? take(twice->divide(*sum)) : std::nullopt;
    Maybe next = step ? take(result.add(*step)) : std::nullopt;
    if (!next) return std::nullopt;
    result = *next;
    if (step->isZero() || magnitude(*step) < -37) break;
  }
  return result;
}

// ln(value) with all working digits.
Maybe logarithmUnsettled(const Decimal& value) {
  if (value.negative() || value.isZero()) return std::nullopt;
  // value = mantissa * 10^tens * 2^twos
  int tens = magnitude(value);
  Decimal shift = number(("1e" + std::to_string(-tens)).c_str());
  Maybe mantissa = take(value.multiply(shift));
  int twos = 0;
  static const Decimal kLimit = number("1.45");
  while (mantissa && *mantissa > kLimit) {
    mantissa = divideBySmall(*mantissa, 2);
    ++twos;
  }
  Maybe near = mantissa ? logarithmNearOne(*mantissa) : std::nullopt;
  Maybe of_tens = take(ln10().multiply(Decimal::fromInteger(tens)));
  Maybe of_twos = take(ln2().multiply(Decimal::fromInteger(twos)));
  Maybe sum = near && of_tens ? take(near->add(*of_tens)) : std::nullopt;
  return sum && of_twos ? take(sum->add(*of_twos)) : std::nullopt;
}

}  // namespace

Maybe squareRoot(const Decimal& value) {
  if (value.isZero()) return Decimal::fromInteger(0);
  if (value.negative()) return std::nullopt;
  int half = magnitude(value) / 2;
  Decimal root = number(("2e" + std::to_string(half)).c_str());
  for (int turn = 0; turn < 12; ++turn) {
    // root + (value - root^2) / (2 root): the last turns keep all digits because only the correction is divided.
    Maybe square = take(root.multiply(root));
    Maybe rest = square ? take(value.subtract(*square)) : std::nullopt;
    Maybe twice = take(root.multiply(two()));
    Maybe step = rest && twice ? take(rest->divide(*twice)) : std::nullopt;
    Maybe next = step ? take(root.add(*step)) : std::nullopt;
    if (!next) return std::nullopt;
    root = *next;
    if (step->isZero() || magnitude(*step) < magnitude(root) - 36) break;
  }
  return settled(root);
}

Maybe exponential(const Decimal& value) {
  Maybe result = exponentialUnsettled(value);
  return result ? Maybe(settled(*result)) : std::nullopt;
}

Maybe naturalLogarithm(const Decimal& value) {
  Maybe result = logarithmUnsettled(value);
  return result ? Maybe(settled(*result)) : std::nullopt;
}

Maybe logarithm(const Decimal& value, const Decimal& base_of) {
  Maybe above = logarithmUnsettled(value), below = logarithmUnsettled(base_of);
  if (!above || !below || below->isZero()) return std::nullopt;
  Maybe quotient = take(above->divide(*below));
  // Both logarithms have more digits than the quotient keeps; its last one may still be off by their rounding.
  if (!quotient) return std::nullopt;
  if (quotient->isZero()) return Decimal::fromInteger(0);
  return quotient->rounded(Decimal::kDivisionDigits - 2 - magnitude(*quotient)).normalized();
}

Maybe power(const Decimal& value, const Decimal& exponent) {
  if (exponent.isInteger()) {
    auto whole = exponent.toInteger();
    constexpr int64_t kMost = 1'000'000;
    if (!whole || *whole > kMost || *whole < -kMost) return std::nullopt;
    Maybe result = wholePower(value, static_cast<uint64_t>(*whole < 0 ? -*whole : *whole));
    if (!result || *whole >= 0) return result;
    return result->isZero() ? std::nullopt : take(one().divide(*result));
  }
  if (value.isZero() && !exponent.negative()) return Decimal::fromInteger(0);
  Maybe log = logarithmUnsettled(value);
  Maybe product = log ? take(log->multiply(exponent)) : std::nullopt;
  return product ? exponential(*product) : std::nullopt;
}

}  // namespace fhir::terminology
