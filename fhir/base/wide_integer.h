#pragma once
// 256-bit unsigned arithmetic for Decimal's intermediate results. Not for others.

#include <array>
#include <cstddef>
#include <cstdint>

namespace fhir::base::wide {

using U128 = unsigned __int128;

// 10^0 .. 10^38
constexpr std::array<U128, 39> kPowersOfTen = [] {
  std::array<U128, 39> powers{};
  powers[0] = 1;
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

// How many decimal digits; 0 has one.
inline int digits(U128 value) {
  if (value < 10) return 1;
  const auto high = static_cast<uint64_t>(value >> 64);
  const int bits = high ? 128 - __builtin_clzll(high) : 64 - __builtin_clzll(static_cast<uint64_t>(value));
  const int guess = (bits * 1233) >> 12;  // bits * log10(2), at most one too small
  return guess + (guess < 39 && value >= kPowersOfTen[static_cast<size_t>(guess)] ? 1 : 0);
}

struct U256 {
  U128 high = 0;
  U128 low = 0;

  friend bool operator<(const U256& a, const U256& b) { return a.high != b.high ? a.high < b.high : a.low < b.low; }
  friend bool operator==(const U256&, const U256&) = default;
};

U256 multiply(U128 a, U128 b);
// The caller knows that the product fits.
U256 multiply(const U256& a, U128 b);
U256 add(const U256& a, const U256& b);
U256 subtract(const U256& a, const U256& b);  // a >= b

struct Quotient {
  U256 quotient;
  U128 remainder;
};
Quotient divide(const U256& dividend, U128 divisor);  // divisor != 0

int digits(const U256& value);  // at most 78

}  // namespace fhir::base::wide
