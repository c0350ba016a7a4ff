#include "fhir/path/functions/functions.h"
#include "fhir/path/operators.h"

namespace fhir::path::functions {
namespace {

using base::Decimal;

// The input as one number or quantity; nothing when it is empty.
bool numberInput(Call& call, std::optional<Item>& out) {
  if (!call.oneInput(out) || !out) return out.has_value() || call.input.empty();
  out = call.evaluator.value(*out);
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

// A function from a number to a whole number.
bool whole(Call& call, Decimal (Decimal::*function)() const, Items& out) {
  std::optional<Item> number;
  if (!numberInput(call, number)) return false;
  if (!number) return true;
  Decimal value;
  if (!asDecimal(*number, value)) return call.fail("expected a number");
  return pushInteger((value.*function)(), out);
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
  if (!number) return true;
  if (!places) places = 0;
  if (*places < 0) return call.fail("the precision of round() must not be negative");
  Decimal value;
  if (!asDecimal(*number, value)) return call.fail("expected a number");
  return pushDecimal(call, value.rounded(static_cast<int>(std::min<int64_t>(*places, 100))), out);
}

}  // namespace fhir::path::functions
