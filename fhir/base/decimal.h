#pragma once
// Decimal: FHIR decimal (R4 2.24.0.1) and FHIRPath Decimal (N1 2.1.3), exact and with its written
// digits: 1.10 stays 1.10 and equals 1.1. Coefficient of 128 bits and a scale; products use 256 bits;
// one rounding rule (half away from zero). Never a binary floating-point number.
// Value type, thread-safe like an int.

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "fhir/base/result.h"

namespace fhir::base {

class Decimal {
 public:
  static constexpr int kMaxDigits = 38;       // of the coefficient
  static constexpr int kDivisionDigits = 28;  // significant digits of a quotient that does not end

  Decimal() = default;
  static Decimal fromInteger(int64_t value);
  // JSON number grammar: -?digits[.digits][(e|E)[+-]digits]. Why::Invalid for anything else,
  // Why::TooCostly when it does not fit 38 digits or an exponent within +-6144.
  static Result<Decimal> parse(std::string_view text);

  // The written digits in plain notation ("0.010", "1e3" -> "1000").
  std::string text() const;

  bool negative() const { return negative_; }
  bool isZero() const { return coefficient_ == 0; }
  bool isInteger() const;               // no fraction that counts: 2.00 is one
  Result<int64_t> toInteger() const;    // truncates; Why::Invalid outside int64
  int scale() const { return scale_; }  // digits after the point as written; negative for 1e3
  int digits() const;                   // significant digits of the coefficient, 0 has one

  Result<Decimal> add(const Decimal& other) const;
  Result<Decimal> subtract(const Decimal& other) const;
  Result<Decimal> multiply(const Decimal& other) const;
  Result<Decimal> divide(const Decimal& other) const;         // Why::Invalid on zero
  Result<Decimal> integerDivide(const Decimal& other) const;  // truncated towards zero
  Result<Decimal> modulo(const Decimal& other) const;         // sign of the dividend
  Decimal negated() const;
  Decimal absolute() const;
  // Rounded half away from zero to `places` digits after the point (negative: tens, hundreds).
  Decimal rounded(int places) const;
  Decimal truncated() const;
  Decimal floor() const;
  Decimal ceiling() const;
  Decimal normalized() const;  // without trailing zeros: 1.10 -> 1.1, 100 stays 100

  // Half a unit of the last written digit below / above: 1.10 -> 1.095 / 1.105. These bounds are what
  // number and quantity search means by implied precision (R4 3.1.1.4.6).
  Decimal lowerBound() const;
  Decimal upperBound() const;

  // 20 bytes; memcmp order equals numeric order, equal values have equal keys.
  std::string orderKey() const;

  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);  // by value
  friend bool operator==(const Decimal& a, const Decimal& b) { return (a <=> b) == 0; }

 private:
  Decimal(bool negative, unsigned __int128 coefficient, int32_t scale)
      : coefficient_(coefficient), scale_(scale), negative_(negative) {}

  unsigned __int128 coefficient_ = 0;
  int32_t scale_ = 0;  // value = coefficient * 10^-scale
  bool negative_ = false;
};

}  // namespace fhir::base
