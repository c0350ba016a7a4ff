#include "fhir/base/wide_integer.h"

namespace fhir::base::wide {

namespace {

uint64_t upper(U128 value) { return static_cast<uint64_t>(value >> 64); }
uint64_t lower(U128 value) { return static_cast<uint64_t>(value); }
U128 join(uint64_t high, uint64_t low) { return (static_cast<U128>(high) << 64) | low; }

// Divides by one 64-bit limb.
Quotient divideByLimb(const U256& dividend, uint64_t divisor) {
  const uint64_t limbs[4] = {upper(dividend.high), lower(dividend.high), upper(dividend.low), lower(dividend.low)};
  uint64_t result[4];
  uint64_t remainder = 0;
  for (int i = 0; i < 4; ++i) {
    const U128 part = join(remainder, limbs[i]);
    result[i] = static_cast<uint64_t>(part / divisor);
    remainder = static_cast<uint64_t>(part % divisor);
  }
  return {{join(result[0], result[1]), join(result[2], result[3])}, remainder};
}

// One quotient limb of (remainder * 2^64 + next) / divisor, where the divisor's top bit is set and remainder <
// divisor (Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D with a divisor of two limbs).
uint64_t divideStep(U128& remainder, uint64_t next, U128 divisor) {
  const uint64_t d1 = upper(divisor);
  const uint64_t d0 = lower(divisor);
  U128 guess = upper(remainder) >= d1 ? ~uint64_t{0} : remainder / d1;
  U128 rest = remainder - guess * d1;
  while (upper(rest) == 0 && guess * d0 > join(lower(rest), next)) {
    --guess;
    rest += d1;
  }
  // remainder * 2^64 + next - guess * divisor fits 128 bits now, so arithmetic modulo 2^128 gives it.
  remainder = join(lower(remainder), next) - static_cast<U128>(guess) * divisor;
  return static_cast<uint64_t>(guess);
}

}  // namespace

U256 multiply(U128 a, U128 b) {
  const U128 low_low = static_cast<U128>(lower(a)) * lower(b);
  const U128 low_high = static_cast<U128>(lower(a)) * upper(b);
  const U128 high_low = static_cast<U128>(upper(a)) * lower(b);
  const U128 high_high = static_cast<U128>(upper(a)) * upper(b);
  const U128 middle = static_cast<U128>(upper(low_low)) + lower(low_high) + lower(high_low);
  return {high_high + upper(low_high) + upper(high_low) + upper(middle), join(lower(middle), lower(low_low))};
}

U256 multiply(const U256& a, U128 b) {
  U256 product = multiply(a.low, b);
  product.high += a.high * b;
  return product;
}

U256 add(const U256& a, const U256& b) {
  U256 sum{a.high + b.high, a.low + b.low};
  if (sum.low < a.low) ++sum.high;
  return sum;
}

U256 subtract(const U256& a, const U256& b) {
  U256 difference{a.high - b.high, a.low - b.low};
  if (a.low < b.low) --difference.high;
  return difference;
}

Quotient divide(const U256& dividend, U128 divisor) {
  if (upper(divisor) == 0) return divideByLimb(dividend, lower(divisor));
  if (dividend.high == 0) return {{0, dividend.low / divisor}, dividend.low % divisor};
  const int shift = __builtin_clzll(upper(divisor));
  const U128 scaled = divisor << shift;
  // The dividend, shifted likewise, as five limbs.
  const uint64_t top = shift ? upper(dividend.high) >> (64 - shift) : 0;
  const U128 high = shift ? (dividend.high << shift) | (dividend.low >> (128 - shift)) : dividend.high;
  const U128 low = dividend.low << shift;
  U128 remainder = join(top, upper(high));
  uint64_t result[4] = {0, 0, 0, 0};
  if (remainder >= scaled) {  // cannot happen twice: both have their top bit at most in place
    remainder -= scaled;
    result[0] = 1;
  }
  result[1] = divideStep(remainder, lower(high), scaled);
  result[2] = divideStep(remainder, upper(low), scaled);
  result[3] = divideStep(remainder, lower(low), scaled);
  return {{join(result[0], result[1]), join(result[2], result[3])}, remainder >> shift};
}

int digits(const U256& value) {
  if (value.high == 0) return digits(value.low);
  constexpr U128 kUnit = kPowersOfTen[38];
  const U256 above = divide(value, kUnit).quotient;
  if (above.high != 0 || above.low >= kUnit) return 38 + 38 + digits(divide(above, kUnit).quotient.low);
  return 38 + digits(above.low);
}

}  // namespace fhir::base::wide
