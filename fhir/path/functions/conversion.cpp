#include "fhir/path/conversion.h"

#include "fhir/path/date_format.h"
#include "fhir/path/functions/functions.h"
#include "fhir/path/quantity_math.h"

namespace fhir::path::functions {
namespace {

// The input as `target`; `asked` is false where the answer is empty whatever the type. A Date or DateTime may be in
// the format of the first argument, where there is one.
bool converted(Call& call, ItemKind target, bool& asked, std::optional<Item>& out) {
  std::optional<Item> item;
  std::optional<std::string_view> format;
  if (!call.oneInput(item) || (call.count() > 0 && !call.stringArgument(0, format))) return false;
  asked = item.has_value() && (call.count() == 0 || format);
  if (!asked) return true;
  const Item value = call.evaluator.value(*item);
  asked = !call.evaluator.withoutValue(value);
  if (!asked) return true;
  if (!format || value.kind() != ItemKind::String) {
    out = convert(value, target, call.evaluator.arena());
    return true;
  }
  auto parsed = parseFormatted(value.string(), *format);
  if (!parsed || (target == ItemKind::Date && parsed->precision > base::Precision::Day)) return true;
  out = Item::temporal(target, call.keep(*parsed));
  return true;
}

bool to(Call& call, ItemKind target, Items& out) {
  bool asked = false;
  std::optional<Item> value;
  if (!converted(call, target, asked, value)) return false;
  if (value) out.push(*value);
  return true;
}

bool convertsTo(Call& call, ItemKind target, Items& out) {
  bool asked = false;
  std::optional<Item> value;
  if (!converted(call, target, asked, value)) return false;
  if (asked) out.push(Item::boolean(value.has_value()));
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
bool toLong(Call& call, Items& out) { return to(call, ItemKind::Long, out); }
bool convertsToLong(Call& call, Items& out) { return convertsTo(call, ItemKind::Long, out); }
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
