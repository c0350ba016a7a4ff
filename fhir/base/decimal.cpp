#include "fhir/base/decimal.h"

#include <algorithm>

#include "fhir/base/wide_integer.h"

namespace fhir::base {

namespace {

using wide::U128;
using wide::U256;

constexpr int kMaxScale = 6144;
constexpr U128 kLimit = wide::kPowersOfTen[38];  // coefficients are below it

U128 powerOfTen(int exponent) { return wide::kPowersOfTen[static_cast<size_t>(exponent)]; }

bool isDigit(char c) { return c >= '0' && c <= '9'; }

Error tooLong() { return {Why::TooCostly, "a decimal of more than 38 digits", {}}; }
Error tooFar() { return {Why::TooCostly, "a decimal beyond 10^6144", {}}; }

// value / 10^places, rounded half away from zero.
U256 dropDigits(U256 value, int places) {
  if (places <= 0) return value;
  if (places > 77) return {};
  const int first = std::min(places - 1, 38);
  const int second = places - 1 - first;
  // All but the last dropped digit are cut; the last one decides: at 5 or more the value is at least half.
  if (first > 0) value = wide::divide(value, powerOfTen(first)).quotient;
  if (second > 0) value = wide::divide(value, powerOfTen(second)).quotient;
  const auto [quotient, remainder] = wide::divide(value, 10);
  return remainder >= 5 ? wide::add(quotient, {0, 1}) : quotient;
}

U128 dropDigits(U128 value, int places) {
  if (places <= 0) return value;
  if (places > 38) return 0;
  const U128 unit = powerOfTen(places);
  const U128 rest = value % unit;
  return value / unit + (rest >= unit - rest ? 1 : 0);
}

struct Rounded {
  U128 coefficient;
  int scale;
};

// A coefficient of up to 77 digits cut to 38 by rounding.
Rounded fit(const U256& value, int scale) {
  if (value.high == 0 && value.low < kLimit) return {value.low, scale};
  const int excess = wide::digits(value) - 38;
  U256 cut = dropDigits(value, excess);
  scale -= excess;
  if (cut.low >= kLimit) {
    cut.low /= 10;
    --scale;
  }
  return {cut.low, scale};
}

}  // namespace

Decimal Decimal::fromInteger(int64_t value) {
  const bool negative = value < 0;
  const uint64_t magnitude = negative ? ~static_cast<uint64_t>(value) + 1 : static_cast<uint64_t>(value);
  return {negative, magnitude, 0};
}

Result<Decimal> Decimal::parse(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto not_a_number = [] { return invalid("not a decimal number"); };

  const bool negative = at != end && *at == '-';
  if (negative) ++at;
  U128 coefficient = 0;
  int count = 0;  // digits from the first that is not 0
  const auto take = [&](char c) {
    if (count == 0 && c == '0') return true;
    if (++count > kMaxDigits) return false;
    coefficient = coefficient * 10 + static_cast<unsigned>(c - '0');
    return true;
  };
  const char* const whole = at;
  for (; at != end && isDigit(*at); ++at)
    if (!take(*at)) break;
  if (at == whole) return not_a_number();
  bool fits = at == end || !isDigit(*at);
  while (at != end && isDigit(*at)) ++at;

  int64_t scale = 0;
  if (at != end && *at == '.') {
    const char* const fraction = ++at;
    for (; at != end && isDigit(*at); ++at) fits = fits && take(*at);
    if (at == fraction) return not_a_number();
    scale = at - fraction;
  }
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    const bool down = at != end && *at == '-';
    if (at != end && (*at == '-' || *at == '+')) ++at;
    const char* const digits = at;
    int64_t exponent = 0;
    for (; at != end && isDigit(*at); ++at) exponent = std::min<int64_t>(exponent * 10 + (*at - '0'), 1'000'000'000);
    if (at == digits) return not_a_number();
    scale += down ? exponent : -exponent;
  }
  if (at != end) return not_a_number();
  if (!fits) return tooLong();
  if (scale > kMaxScale || scale < -kMaxScale) return tooFar();
  return Decimal(negative && coefficient != 0, coefficient, static_cast<int32_t>(scale));
}

std::string Decimal::text() const {
  char buffer[40];
  char* const end = buffer + sizeof buffer;
  char* begin = end;
  U128 rest = coefficient_;
  for (; rest > UINT64_MAX; rest /= 10) *--begin = static_cast<char>('0' + static_cast<int>(rest % 10));
  auto word = static_cast<uint64_t>(rest);  // the processor divides words itself
  do {
    *--begin = static_cast<char>('0' + static_cast<int>(word % 10));
    word /= 10;
  } while (word != 0);

  const int count = static_cast<int>(end - begin);
  std::string out;
  if (negative_) out += '-';
  if (scale_ <= 0) {
    out.append(begin, end);
    if (coefficient_ != 0) out.append(static_cast<size_t>(-scale_), '0');
  } else if (count > scale_) {
    out.append(begin, end - scale_);
    out += '.';
    out.append(end - scale_, end);
  } else {
    out += "0.";
    out.append(static_cast<size_t>(scale_ - count), '0');
    out.append(begin, end);
  }
  return out;
}

bool Decimal::isInteger() const {
  if (scale_ <= 0 || coefficient_ == 0) return true;
  return scale_ <= 38 && coefficient_ % powerOfTen(scale_) == 0;
}

Result<int64_t> Decimal::toInteger() const {
  const auto outside = [] { return invalid("outside the range of an integer"); };
  U128 whole = 0;
  if (scale_ >= 0) {
    whole = scale_ > 38 ? 0 : coefficient_ / powerOfTen(scale_);
  } else if (coefficient_ != 0) {
    if (-scale_ > 19 || digits() - scale_ > 20) return outside();
    whole = coefficient_ * powerOfTen(-scale_);
  }
  constexpr U128 kMost = static_cast<U128>(1) << 63;
  if (whole > kMost || (whole == kMost && !negative_)) return outside();
  const auto magnitude = static_cast<uint64_t>(whole);
  return static_cast<int64_t>(negative_ ? ~magnitude + 1 : magnitude);
}

int Decimal::digits() const { return wide::digits(coefficient_); }

Result<Decimal> Decimal::add(const Decimal& other) const {
  if (other.isZero() && other.scale_ <= scale_) return *this;
  if (isZero() && scale_ <= other.scale_) return other;
  const Decimal& coarse = scale_ < other.scale_ ? *this : other;  // fewer digits after the point
  const Decimal& fine = scale_ < other.scale_ ? other : *this;
  int shift = fine.scale_ - coarse.scale_;
  int scale = fine.scale_;
  if (coarse.isZero()) return fine;
  if (shift <= 18 && coarse.coefficient_ <= UINT64_MAX && fine.coefficient_ <= UINT64_MAX) {
    // Most are: no step below leaves 128 bits or 38 digits.
    const U128 large = coarse.coefficient_ * powerOfTen(shift), small = fine.coefficient_;
    if (coarse.negative_ == fine.negative_) return Decimal(coarse.negative_, large + small, scale);
    if (large >= small) return Decimal(coarse.negative_ && large != small, large - small, scale);
    return Decimal(fine.negative_, small - large, scale);
  }

  U256 smaller{0, fine.coefficient_};
  bool cut = false;  // digits of `fine` beyond any that can count were dropped
  if (const int room = 76 - coarse.digits(); shift > room) {
    const int dropped = shift - room;
    shift = room;
    scale -= dropped;
    const U128 unit = dropped > 38 ? 0 : powerOfTen(dropped);
    cut = unit == 0 ? fine.coefficient_ != 0 : fine.coefficient_ % unit != 0;
    smaller = {0, unit == 0 ? 0 : fine.coefficient_ / unit};
  }
  U256 larger{0, coarse.coefficient_};
  for (int left = shift; left > 0; left -= 38) larger = wide::multiply(larger, powerOfTen(std::min(left, 38)));

  U256 sum;
  bool negative = coarse.negative_;
  if (coarse.negative_ == fine.negative_) {
    sum = wide::add(larger, smaller);
  } else if (smaller < larger) {
    sum = wide::subtract(larger, smaller);
    if (cut) sum = wide::subtract(sum, {0, 1});  // the true value lies just below: ties must not round up
  } else {
    sum = wide::subtract(smaller, larger);
    negative = fine.negative_;
  }
  const Rounded rounded = fit(sum, scale);
  if (rounded.scale < -kMaxScale) return tooFar();
  return Decimal(negative && rounded.coefficient != 0, rounded.coefficient, rounded.scale);
}

Result<Decimal> Decimal::subtract(const Decimal& other) const { return add(other.negated()); }

Result<Decimal> Decimal::multiply(const Decimal& other) const {
  const bool words = coefficient_ <= UINT64_MAX && other.coefficient_ <= UINT64_MAX;  // most are
  const U256 product =
      words ? U256{0, coefficient_ * other.coefficient_} : wide::multiply(coefficient_, other.coefficient_);
  const Rounded rounded = fit(product, scale_ + other.scale_);
  if (rounded.scale > kMaxScale || rounded.scale < -kMaxScale) return tooFar();
  return Decimal(negative_ != other.negative_ && rounded.coefficient != 0, rounded.coefficient, rounded.scale);
}

Result<Decimal> Decimal::divide(const Decimal& other) const {
  if (other.isZero()) return invalid("division by zero");
  if (isZero()) return Decimal();
  // The quotient gets 37 or 38 digits.
  const int shift = kMaxDigits - 1 + other.digits() - digits();
  U256 dividend{0, coefficient_};
  for (int left = shift; left > 0; left -= 38) dividend = wide::multiply(dividend, powerOfTen(std::min(left, 38)));
  const auto [quotient, remainder] = wide::divide(dividend, other.coefficient_);
  U128 coefficient = quotient.low;
  int scale = scale_ - other.scale_ + shift;
  if (remainder == 0) {
    const int wanted = std::max(0, scale_ - other.scale_);
    for (; coefficient % 10 == 0 && scale > wanted; --scale) coefficient /= 10;
  } else {
    const int excess = wide::digits(coefficient) - kDivisionDigits;
    coefficient = dropDigits(coefficient, excess);
    scale -= excess;
  }
  if (scale > kMaxScale || scale < -kMaxScale) return tooFar();
  return Decimal(negative_ != other.negative_, coefficient, scale);
}

Result<Decimal> Decimal::integerDivide(const Decimal& other) const {
  if (other.isZero()) return invalid("division by zero");
  if (isZero()) return Decimal();
  const int shift = other.scale_ - scale_;
  U128 whole = 0;
  if (shift >= 0) {
    if (digits() + shift > 76) return tooLong();
    U256 dividend{0, coefficient_};
    for (int left = shift; left > 0; left -= 38) dividend = wide::multiply(dividend, powerOfTen(std::min(left, 38)));
    const U256 quotient = wide::divide(dividend, other.coefficient_).quotient;
    if (quotient.high != 0 || quotient.low >= kLimit) return tooLong();
    whole = quotient.low;
  } else if (other.digits() - shift <= 38) {
    whole = coefficient_ / (other.coefficient_ * powerOfTen(-shift));
  }
  return Decimal(negative_ != other.negative_ && whole != 0, whole, 0);
}

Result<Decimal> Decimal::modulo(const Decimal& other) const {
  if (other.isZero()) return invalid("division by zero");
  int shift = other.scale_ - scale_;
  U128 rest = coefficient_;
  if (shift >= 0) {
    rest %= other.coefficient_;
    for (; shift > 0 && rest != 0; shift -= 38)
      rest = wide::divide(wide::multiply(rest, powerOfTen(std::min(shift, 38))), other.coefficient_).remainder;
    return Decimal(negative_ && rest != 0, rest, other.scale_);
  }
  if (other.digits() - shift <= 38) rest %= other.coefficient_ * powerOfTen(-shift);
  return Decimal(negative_ && rest != 0, rest, scale_);
}

Decimal Decimal::negated() const { return {!negative_ && coefficient_ != 0, coefficient_, scale_}; }

Decimal Decimal::absolute() const { return {false, coefficient_, scale_}; }

Decimal Decimal::rounded(int places) const {
  places = std::clamp(places, -kMaxScale, kMaxScale);
  if (scale_ <= places) return *this;
  const U128 coefficient = dropDigits(coefficient_, scale_ - places);
  return {negative_ && coefficient != 0, coefficient, coefficient == 0 ? std::max(places, 0) : places};
}

Decimal Decimal::truncated() const {
  if (scale_ <= 0) return *this;
  const U128 coefficient = scale_ > 38 ? 0 : coefficient_ / powerOfTen(scale_);
  return {negative_ && coefficient != 0, coefficient, 0};
}

Decimal Decimal::floor() const {
  if (!negative_ || isInteger()) return truncated();
  return {true, truncated().coefficient_ + 1, 0};
}

Decimal Decimal::ceiling() const {
  if (negative_ || isInteger()) return truncated();
  return {false, truncated().coefficient_ + 1, 0};
}

Decimal Decimal::normalized() const {
  if (coefficient_ == 0) return {};
  Decimal out = *this;
  while (out.scale_ > 0 && out.coefficient_ % 10 == 0) {
    out.coefficient_ /= 10;
    --out.scale_;
  }
  if (out.scale_ >= 0) return out;
  if (digits() - scale_ <= kMaxDigits) return {negative_, coefficient_ * powerOfTen(-scale_), 0};
  while (out.coefficient_ % 10 == 0) {
    out.coefficient_ /= 10;
    --out.scale_;
  }
  return out;
}

namespace {

// Half a unit of the last written digit. A single digit with a positive exponent counts as two digits:
// the standard's own example reads 1e2 as [95, 105) (R4 3.1.1.4.6).
int boundScale(int scale, int digits) { return scale < 0 && digits == 1 ? scale + 2 : scale + 1; }

}  // namespace

Decimal Decimal::lowerBound() const {
  if (negative_) return negated().upperBound().negated();
  const int scale = boundScale(scale_, digits());
  if (digits() + scale - scale_ > kMaxDigits) return *this;
  const U128 coefficient = coefficient_ * powerOfTen(scale - scale_);
  if (coefficient == 0) return {true, 5, scale};
  return {false, coefficient - 5, scale};
}

Decimal Decimal::upperBound() const {
  if (negative_) return negated().lowerBound().negated();
  const int scale = boundScale(scale_, digits());
  if (digits() + scale - scale_ > kMaxDigits) return *this;
  return {false, coefficient_ * powerOfTen(scale - scale_) + 5, scale};
}

std::string Decimal::orderKey() const {
  // sign (1 byte: 1 negative, 2 zero, 3 positive), decimal exponent of the first digit (3 bytes, biased), the
  // coefficient filled up to 38 digits (16 bytes); for negative values all but the sign byte complemented.
  std::string key(20, '\0');
  if (coefficient_ == 0) {
    key[0] = 2;
    return key;
  }
  const int count = digits();
  const auto exponent = static_cast<uint32_t>(count - scale_ + (1 << 23));
  const U128 filled = coefficient_ * powerOfTen(kMaxDigits - count);
  const uint8_t flip = negative_ ? 0xff : 0;
  key[0] = negative_ ? 1 : 3;
  for (int i = 0; i < 3; ++i) key[1 + i] = static_cast<char>(static_cast<uint8_t>(exponent >> (8 * (2 - i))) ^ flip);
  for (int i = 0; i < 16; ++i) key[4 + i] = static_cast<char>(static_cast<uint8_t>(filled >> (8 * (15 - i))) ^ flip);
  return key;
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  const auto sign = [](const Decimal& d) { return d.coefficient_ == 0 ? 0 : d.negative_ ? -1 : 1; };
  if (sign(a) != sign(b) || sign(a) == 0) return sign(a) <=> sign(b);
  const Decimal& left = a.negative_ ? b : a;
  const Decimal& right = a.negative_ ? a : b;
  if (left.scale_ == right.scale_) return left.coefficient_ <=> right.coefficient_;
  const int left_digits = left.digits();
  const int right_digits = right.digits();
  if (const auto order = left_digits - left.scale_ <=> right_digits - right.scale_; order != 0) return order;
  return left.coefficient_ * powerOfTen(Decimal::kMaxDigits - left_digits) <=>
         right.coefficient_ * powerOfTen(Decimal::kMaxDigits - right_digits);
}

}  // namespace fhir::base
