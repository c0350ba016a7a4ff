#include <algorithm>

#include "fhir/path/functions/functions.h"
#include "fhir/path/operators.h"
#include "fhir/terminology/decimal_functions.h"

namespace fhir::path::functions {
namespace {

using base::Decimal;

// The input as one number or quantity; nothing when it is empty.
bool numberInput(Call& call, std::optional<Item>& out) {
  if (!call.oneInput(out) || !out) return out.has_value() || call.input.empty();
  out = call.evaluator.value(*out);
  if (call.evaluator.withoutValue(*out)) {
    out.reset();
    return true;
  }
  if (isNumber(out->kind()) || out->kind() == ItemKind::Quantity) return true;
  return call.fail("expected a number");
}

bool pushDecimal(Call& call, const Decimal& value, Items& out) {
  out.push(Item::decimal(call.keep(value)));
  return true;
}

bool pushInteger(const Decimal& value, Items& out) {
  auto integer = value.toInteger();
  if (integer && *integer >= INT32_MIN && *integer <= INT32_MAX) out.push(Item::integer(*integer));
  return true;
}

// A function from a number to a whole number; a quantity keeps its unit.
bool whole(Call& call, Decimal (Decimal::*function)() const, Items& out) {
  std::optional<Item> number;
  if (!numberInput(call, number)) return false;
  if (!number) return true;
  if (number->kind() == ItemKind::Quantity) {
    Quantity quantity = number->quantity();
    quantity.value = (quantity.value.*function)();
    out.push(Item::quantity(call.keep(quantity)));
    return true;
  }
  if (isWhole(number->kind())) {
    out.push(*number);
    return true;
  }
  Decimal value;
  asDecimal(*number, value);
  return pushInteger((value.*function)(), out);
}

// The input as one Decimal; nothing when it is empty.
bool decimalInput(Call& call, std::optional<Decimal>& out) {
  std::optional<Item> number;
  if (!numberInput(call, number)) return false;
  if (!number) return true;
  Decimal value;
  if (!asDecimal(*number, value)) return call.fail("expected a number without a unit");
  out = value;
  return true;
}

bool decimalArgument(Call& call, size_t i, std::optional<Decimal>& out) {
  std::optional<Item> item;
  if (!call.oneArgument(i, item)) return false;
  if (!item) return true;
  const Item given = call.evaluator.value(*item);
  if (call.evaluator.withoutValue(given)) return true;
  Decimal value;
  if (!asDecimal(given, value)) return call.fail("expected a number as argument");
  out = value;
  return true;
}

bool pushMaybe(Call& call, const std::optional<Decimal>& value, Items& out) {
  return !value || pushDecimal(call, *value, out);
}

}  // namespace

bool abs(Call& call, Items& out) {
  std::optional<Item> number;
  if (!numberInput(call, number)) return false;
  if (!number) return true;
  if (number->kind() == ItemKind::Integer) {
    out.push(Item::integer(number->integer() < 0 ? -number->integer() : number->integer()));
    return true;
  }
  if (number->kind() == ItemKind::Long) {
    const int64_t value = number->integer();
    if (value != INT64_MIN) out.push(Item::longInteger(value < 0 ? -value : value));
    return true;
  }
  if (number->kind() == ItemKind::Decimal) return pushDecimal(call, number->decimal().absolute(), out);
  Quantity quantity = number->quantity();
  quantity.value = quantity.value.absolute();
  out.push(Item::quantity(call.keep(quantity)));
  return true;
}

bool ceiling(Call& call, Items& out) { return whole(call, &Decimal::ceiling, out); }
bool floor(Call& call, Items& out) { return whole(call, &Decimal::floor, out); }
bool truncate(Call& call, Items& out) { return whole(call, &Decimal::truncated, out); }

bool round(Call& call, Items& out) {
  std::optional<Item> number;
  std::optional<int64_t> places = 0;
  if (!numberInput(call, number) || (call.count() > 0 && !call.integerArgument(0, places))) return false;
  if (!number || !places) return true;
  if (*places < 0) return call.fail("the precision of round() must not be negative");
  int digits = static_cast<int>(std::min<int64_t>(*places, 100));
  if (number->kind() == ItemKind::Quantity) {
    Quantity quantity = number->quantity();
    quantity.value = quantity.value.rounded(digits);
    out.push(Item::quantity(call.keep(quantity)));
    return true;
  }
  Decimal value;
  asDecimal(*number, value);
  return pushDecimal(call, value.rounded(digits), out);
}

bool exp(Call& call, Items& out) {
  std::optional<Decimal> number;
  if (!decimalInput(call, number)) return false;
  return !number || pushMaybe(call, terminology::exponential(*number), out);
}

bool ln(Call& call, Items& out) {
  std::optional<Decimal> number;
  if (!decimalInput(call, number)) return false;
  return !number || pushMaybe(call, terminology::naturalLogarithm(*number), out);
}

bool log(Call& call, Items& out) {
  std::optional<Decimal> number, base;
  if (!decimalInput(call, number) || !decimalArgument(call, 0, base)) return false;
  return !number || !base || pushMaybe(call, terminology::logarithm(*number, *base), out);
}

bool sqrt(Call& call, Items& out) {
  std::optional<Decimal> number;
  if (!decimalInput(call, number)) return false;
  return !number || pushMaybe(call, terminology::squareRoot(*number), out);
}

// Whole numbers give a whole number when the result is one.
bool power(Call& call, Items& out) {
  std::optional<Item> number;
  std::optional<Decimal> exponent;
  if (!numberInput(call, number) || !decimalArgument(call, 0, exponent)) return false;
  if (!number || !exponent) return true;
  Decimal value;
  if (!asDecimal(*number, value)) return call.fail("expected a number without a unit");
  auto result = terminology::power(value, *exponent);
  bool integers = number->kind() == ItemKind::Integer && exponent->isInteger() && exponent->scale() <= 0;
  if (result && integers && !exponent->negative()) return pushInteger(*result, out);
  return pushMaybe(call, result, out);
}

}  // namespace fhir::path::functions
