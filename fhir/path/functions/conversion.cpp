#include "fhir/path/conversion.h"

#include "fhir/path/functions/functions.h"
#include "fhir/path/quantity_math.h"

namespace fhir::path::functions {
namespace {

bool to(Call& call, ItemKind target, Items& out) {
  std::optional<Item> item;
  if (!call.oneInput(item)) return false;
  if (!item) return true;
  if (auto converted = convert(call.evaluator.value(*item), target, call.evaluator.arena())) out.push(*converted);
  return true;
}

bool convertsTo(Call& call, ItemKind target, Items& out) {
  std::optional<Item> item;
  if (!call.oneInput(item)) return false;
  if (!item) return true;
  auto converted = convert(call.evaluator.value(*item), target, call.evaluator.arena());
  out.push(Item::boolean(converted.has_value()));
  return true;
}

// toQuantity() and convertsToQuantity() may name the unit that is wanted.
bool quantity(Call& call, std::optional<Item>& out) {
  std::optional<Item> item;
  std::optional<std::string_view> unit;
  if (!call.oneInput(item) || (call.count() > 0 && !call.stringArgument(0, unit))) return false;
  if (!item) return true;
  out = convert(call.evaluator.value(*item), ItemKind::Quantity, call.evaluator.arena());
  if (!out || !unit) return true;
  auto converted = convertQuantity(out->quantity(), *unit, call.evaluator.arena());
  out.reset();
  if (converted) out = Item::quantity(call.keep(*converted));
  return true;
}

}  // namespace

// The input is $this of the arguments; an empty one is no reason not to decide.
bool iif(Call& call, Items& out) {
  if (call.input.size() > 1) return call.fail("iif() needs a single item");
  Frame inner{call.input, call.frame.index, call.frame.total};
  Truth truth;
  if (!call.evaluator.truthOf(call.at(0), inner, truth)) return false;
  if (truth == Truth::True) return call.evaluator.evaluateScoped(call.at(1), inner, out);
  return call.count() < 3 || call.evaluator.evaluateScoped(call.at(2), inner, out);
}

bool toBoolean(Call& call, Items& out) { return to(call, ItemKind::Boolean, out); }
bool toInteger(Call& call, Items& out) { return to(call, ItemKind::Integer, out); }
bool toDecimal(Call& call, Items& out) { return to(call, ItemKind::Decimal, out); }
bool toDate(Call& call, Items& out) { return to(call, ItemKind::Date, out); }
bool toDateTime(Call& call, Items& out) { return to(call, ItemKind::DateTime, out); }
bool toTime(Call& call, Items& out) { return to(call, ItemKind::Time, out); }
bool convertsToBoolean(Call& call, Items& out) { return convertsTo(call, ItemKind::Boolean, out); }
bool convertsToInteger(Call& call, Items& out) { return convertsTo(call, ItemKind::Integer, out); }
bool convertsToDecimal(Call& call, Items& out) { return convertsTo(call, ItemKind::Decimal, out); }
bool convertsToString(Call& call, Items& out) { return convertsTo(call, ItemKind::String, out); }
bool convertsToDate(Call& call, Items& out) { return convertsTo(call, ItemKind::Date, out); }
bool convertsToDateTime(Call& call, Items& out) { return convertsTo(call, ItemKind::DateTime, out); }
bool convertsToTime(Call& call, Items& out) { return convertsTo(call, ItemKind::Time, out); }

bool toString(Call& call, Items& out) {
  std::optional<Item> item;
  if (!call.oneInput(item)) return false;
  std::string_view text;
  if (item && call.evaluator.text(*item, text)) out.push(Item::string(text));
  return true;
}

bool toQuantity(Call& call, Items& out) {
  std::optional<Item> converted;
  if (!quantity(call, converted)) return false;
  if (converted) out.push(*converted);
  return true;
}

bool convertsToQuantity(Call& call, Items& out) {
  std::optional<Item> converted;
  if (!quantity(call, converted)) return false;
  if (!call.input.empty()) out.push(Item::boolean(converted.has_value()));
  return true;
}

}  // namespace fhir::path::functions
