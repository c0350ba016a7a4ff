// Quantity (R4 3.1.1.4.11): bounds of the value with the unit as it was written, and in canonical UCUM units.

#include <algorithm>

#include "fhir/base/decimal.h"
#include "fhir/base/text.h"
#include "fhir/index/conversion.h"

namespace fhir::index {
namespace {

using base::Decimal;

// The parts of a Quantity node as they stand there.
struct Parts {
  uint32_t value = 0;
  std::string_view comparator, unit, system, code;
};

Parts partsOf(const Conversion& conversion, uint32_t quantity) {
  const Shapes& s = shapes();
  Parts parts;
  for (uint32_t i = conversion.record(quantity).first; i != 0; i = conversion.record(i).next) {
    const model::Record& child = conversion.record(i);
    if (child.element == s.quantity_value)
      parts.value = i;
    else if (child.element == s.quantity_comparator)
      parts.comparator = conversion.tree.value(child);
    else if (child.element == s.quantity_unit)
      parts.unit = conversion.tree.value(child);
    else if (child.element == s.quantity_system)
      parts.system = conversion.tree.value(child);
    else if (child.element == s.quantity_code)
      parts.code = conversion.tree.value(child);
  }
  return parts;
}

void setUnit(const Parts& parts, QuantityValue& out) {
  out.system = parts.code.empty() ? std::string_view() : parts.system;
  out.code = parts.code.empty() ? parts.unit : parts.code;
}

// "<5" stands for everything below 5, ">5" for everything above.
void applyComparator(std::string_view comparator, NumberValue& value) {
  if (comparator.empty()) return;
  if (comparator.front() == '<') value.low = lowestKey();
  if (comparator.front() == '>') value.high = highestKey();
}

void addQuantity(Conversion& conversion, uint32_t node) {
  const Parts parts = partsOf(conversion, node);
  if (parts.value == 0) return;
  auto number = numberOf(conversion.tree, parts.value);
  if (!number)
    return conversion.cannotRead(node, "this quantity cannot be searched for: its value is no usable number");
  QuantityValue& quantity = conversion.add().quantity;
  setUnit(parts, quantity);
  quantity.value = std::move(*number);
  applyComparator(parts.comparator, quantity.value);
}

void addMoney(Conversion& conversion, uint32_t node) {
  std::optional<NumberValue> number;
  std::string_view currency;
  for (uint32_t i = conversion.record(node).first; i != 0; i = conversion.record(i).next) {
    const model::Record& child = conversion.record(i);
    if (child.element == shapes().money_value) number = numberOf(conversion.tree, i);
    if (child.element == shapes().money_currency) currency = conversion.tree.value(child);
  }
  if (!number) return;
  QuantityValue& quantity = conversion.add().quantity;
  quantity.system = currency.empty() ? "" : "urn:iso:std:iso:4217";
  quantity.code = currency;
  quantity.value = std::move(*number);
}

void addRange(Conversion& conversion, uint32_t node) {
  NumberValue bounds{lowestKey(), highestKey()};
  Parts unit;
  bool found = false;
  for (uint32_t i = conversion.record(node).first; i != 0; i = conversion.record(i).next) {
    const model::Record& side = conversion.record(i);
    if (side.element != shapes().range_low && side.element != shapes().range_high) continue;
    const Parts parts = partsOf(conversion, i);
    auto number = parts.value == 0 ? std::nullopt : numberOf(conversion.tree, parts.value);
    if (!number) continue;
    found = true;
    unit = parts;
    if (side.element == shapes().range_low)
      bounds.low = number->low;
    else
      bounds.high = number->high;
  }
  if (!found) return;
  QuantityValue& quantity = conversion.add().quantity;
  setUnit(unit, quantity);
  quantity.value = std::move(bounds);
}

// The lowest and highest of the points, in the unit of the origin: origin + factor * point.
void addSampledData(Conversion& conversion, uint32_t node) {
  Parts origin;
  Decimal factor = Decimal::fromInteger(1);
  std::string_view points;
  for (uint32_t i = conversion.record(node).first; i != 0; i = conversion.record(i).next) {
    const model::Record& child = conversion.record(i);
    if (child.element == shapes().sampled_origin) origin = partsOf(conversion, i);
    if (child.element == shapes().sampled_data) points = conversion.tree.value(child);
    if (child.element == shapes().sampled_factor)
      if (auto parsed = Decimal::parse(conversion.tree.value(child)); parsed.ok()) factor = *parsed;
  }
  if (origin.value == 0) return;
  auto zero = Decimal::parse(conversion.tree.value(conversion.record(origin.value)));
  if (!zero.ok()) return;
  std::optional<Decimal> low, high;
  for (std::string_view point : base::split(points, ' ')) {
    auto value = Decimal::parse(point);  // E, L and U are no numbers
    if (!value.ok()) continue;
    auto scaled = value->multiply(factor);
    auto moved = scaled.ok() ? scaled->add(*zero) : scaled;
    if (!moved.ok()) continue;
    if (!low || *moved < *low) low = *moved;
    if (!high || *moved > *high) high = *moved;
  }
  if (!low) return;
  QuantityValue& quantity = conversion.add().quantity;
  setUnit(origin, quantity);
  quantity.value = {low->lowerBound().orderKey(), high->upperBound().orderKey()};
}

}  // namespace

void addQuantities(Conversion& conversion, uint32_t node) {
  switch (shapes().shape(conversion.record(node))) {
    case Shape::Quantity: return addQuantity(conversion, node);
    case Shape::Money: return addMoney(conversion, node);
    case Shape::Range: return addRange(conversion, node);
    case Shape::SampledData: return addSampledData(conversion, node);
    default: return;
  }
}

}  // namespace fhir::index
