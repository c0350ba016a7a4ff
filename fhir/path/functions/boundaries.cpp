// lowBoundary, highBoundary, precision, comparable (N1 5.9 and 6.2, trial use).

#include <algorithm>

#include "fhir/path/functions/functions.h"
#include "fhir/path/operators.h"
#include "fhir/path/quantity_math.h"
#include "fhir/path/written_quantity.h"

namespace fhir::path::functions {
namespace {

using base::Decimal;
using base::Precision;
using base::Temporal;

constexpr int64_t kMostDecimalPlaces = 28;
constexpr int64_t kDefaultDecimalPlaces = 8;

// Digits of a date or time written to a precision, without its separators.
int digitsOf(Precision precision, bool is_time) {
  static constexpr int kDigits[] = {4, 6, 8, 10, 12, 14, 17};
  return kDigits[static_cast<int>(precision)] - (is_time ? 8 : 0);
}

// The precision that has exactly so many digits.
std::optional<Precision> precisionOf(int64_t digits, bool is_time) {
  for (int i = is_time ? 3 : 0; i <= 6; ++i) {
    if (digitsOf(static_cast<Precision>(i), is_time) == digits) return static_cast<Precision>(i);
  }
  return std::nullopt;
}

// The end of the decimal's interval, rounded outwards to `places`.
std::optional<Decimal> decimalBoundary(const Decimal& value, int64_t places, bool high) {
  if (places < 0 || places > kMostDecimalPlaces) return std::nullopt;
  Decimal bound = high ? value.upperBound() : value.lowerBound();
  int wanted = static_cast<int>(places);
  Decimal rounded = bound.rounded(wanted);
  if (high ? rounded < bound : rounded > bound) {
    auto unit = Decimal::parse("1e-" + std::to_string(wanted));
    auto moved = high ? rounded.add(*unit) : rounded.subtract(*unit);
    if (!moved) return std::nullopt;
    rounded = *moved;
  }
  // With all the digits that were asked for: 1.58650000.
  auto padded = rounded.add(Decimal::parse(wanted == 0 ? "0" : "0." + std::string(wanted, '0')).value());
  if (!padded) return std::nullopt;
  return *padded;
}

Temporal filled(Temporal value, Precision precision, bool high) {
  if (value.precision < Precision::Month) value.month = high ? 12 : 1;
  if (value.precision < Precision::Day) {
    value.day = static_cast<uint8_t>(high ? Temporal::daysInMonth(value.year, value.month) : 1);
  }
  if (value.precision < Precision::Hour) value.hour = high ? 23 : 0;
  if (value.precision < Precision::Minute) value.minute = high ? 59 : 0;
  if (value.precision < Precision::Second) value.second = high ? 59 : 0;
  if (value.precision < Precision::Fraction) {
    value.nanosecond = high ? 999'000'000 : 0;
  } else if (value.fraction_digits < 3) {
    uint32_t step = value.fraction_digits == 1 ? 99'000'000 : 9'000'000;
    if (high) value.nanosecond += step;
  }
  value.fraction_digits = 3;
  value.precision = precision;
  return value;
}

std::optional<Item> temporalBoundary(Call& call, const Item& item, int64_t digits, bool high) {
  const Temporal& value = item.temporal();
  auto precision = precisionOf(digits, value.is_time);
  if (!precision || (item.kind() == ItemKind::Date && *precision > Precision::Day)) return std::nullopt;
  Temporal bound = filled(value, *precision, high);
  if (*precision < Precision::Hour) {
    bound.has_zone = false;
    bound.zone_minutes = 0;
  } else if (!value.is_time && !value.has_zone) {
    // Without a zone the earliest moment is at +14:00 and the latest at -12:00.
    bound.has_zone = true;
    bound.zone_minutes = static_cast<int16_t>(high ? -12 * 60 : 14 * 60);
  }
  return Item::temporal(item.kind(), call.keep(bound));
}

// Of a Period the end that counts (SQL on FHIR v2, "including on Period"); nothing when it is open there.
bool periodEnd(Call& call, bool high, Item& value) {
  static constexpr base::Name kStart("start"), kEnd("end");
  Items end(call.evaluator.pool);
  if (!call.evaluator.childrenNamed(value, high ? kEnd : kStart, end)) return false;
  value = end.empty() ? Item::boolean(false) : call.evaluator.value(end[0]);
  return true;
}

bool boundary(Call& call, bool high, Items& out) {
  std::optional<Item> item;
  std::optional<int64_t> given;
  if (!call.oneInput(item) || (call.count() > 0 && !call.integerArgument(0, given))) return false;
  if (!item || (call.count() > 0 && !given)) return true;
  Item value = call.evaluator.value(*item);
  if (call.evaluator.withoutValue(value)) return true;
  if (value.isNode() && value.navigator().type(value.node()).name == "Period") {
    if (!periodEnd(call, high, value)) return false;
    if (!isTemporal(value.kind())) return true;
  }
  Decimal number;
  if (isTemporal(value.kind())) {
    int64_t most = value.kind() == ItemKind::Date ? 8 : value.kind() == ItemKind::DateTime ? 17 : 9;
    if (auto bound = temporalBoundary(call, value, given.value_or(most), high)) out.push(*bound);
    return true;
  }
  if (value.kind() == ItemKind::Quantity) {
    Quantity quantity = value.quantity();
    auto bound = decimalBoundary(quantity.value, given.value_or(kDefaultDecimalPlaces), high);
    if (!bound) return true;
    quantity.value = *bound;
    out.push(Item::quantity(call.keep(quantity)));
    return true;
  }
  if (!asDecimal(value, number)) return call.fail("boundaries are those of numbers, dates and times");
  if (auto bound = decimalBoundary(number, given.value_or(kDefaultDecimalPlaces), high)) {
    out.push(Item::decimal(call.keep(*bound)));
  }
  return true;
}

bool quantityOf(const Item& value, Quantity& out) {
  out.unit = "1";
  out.calendar = false;
  if (value.kind() != ItemKind::Quantity) return asDecimal(value, out.value);
  out = value.quantity();
  return true;
}

}  // namespace

bool lowBoundary(Call& call, Items& out) { return boundary(call, false, out); }
bool highBoundary(Call& call, Items& out) { return boundary(call, true, out); }

bool precision(Call& call, Items& out) {
  std::optional<Item> item;
  if (!call.oneInput(item)) return false;
  if (!item) return true;
  Item value = call.evaluator.value(*item);
  if (call.evaluator.withoutValue(value)) return true;
  Decimal number;
  if (isTemporal(value.kind())) {
    out.push(Item::integer(digitsOf(value.temporal().precision, value.temporal().is_time)));
  } else if (asDecimal(value, number)) {
    out.push(Item::integer(std::max(0, number.scale())));
  } else {
    return call.fail("precision() is that of numbers, dates and times");
  }
  return true;
}

bool comparable(Call& call, Items& out) {
  std::optional<Item> left, right;
  if (!call.oneInput(left) || !call.oneArgument(0, right)) return false;
  if (!left || !right) return true;
  const Item x = call.evaluator.value(*left), y = call.evaluator.value(*right);
  if (auto order = compareWritten(call.evaluator, x, y)) {
    out.push(Item::boolean(order->known));
    return true;
  }
  Quantity a, b;
  if (!quantityOf(x, a) || !quantityOf(y, b)) return true;
  out.push(Item::boolean(compareQuantity(a, b).has_value()));
  return true;
}

}  // namespace fhir::path::functions
