// Quantity (R4 3.1.1.4.11): bounds of the value with the unit as it was written, and in canonical UCUM units.

#include <algorithm>
#include <string>
#include <unordered_map>

#include "fhir/base/decimal.h"
#include "fhir/base/text.h"
#include "fhir/index/conversion.h"
#include "fhir/terminology/ucum.h"

namespace fhir::index {
namespace {

using base::Decimal;
using terminology::UcumUnit;

constexpr std::string_view kUcum = "http://unitsofmeasure.org";
constexpr std::string_view kCurrencies = "urn:iso:std:iso:4217";

// The parts of a Quantity node as they stand there.
struct Parts {
  uint32_t value = 0;
  std::string_view comparator, unit, system, code;
};

// From the lower bound of one value to the upper bound of another; an end that is absent is open.
struct Bounds {
  std::optional<Decimal> low, high;
};

Parts partsOf(const Conversion& conversion, uint32_t quantity) {
  const Shapes& s = shapes();
  Parts parts;
  for (uint32_t i = conversion.record(quantity).first; i != 0; i = conversion.record(i).next) {
    const model::Record& child = conversion.record(i);
    if (child.element == s.quantity_value) {
      parts.value = i;
    } else if (child.element == s.quantity_comparator) {
      parts.comparator = conversion.tree.value(child);
    } else if (child.element == s.quantity_unit) {
      parts.unit = conversion.tree.value(child);
    } else if (child.element == s.quantity_system) {
      parts.system = conversion.tree.value(child);
    } else if (child.element == s.quantity_code) {
      parts.code = conversion.tree.value(child);
    }
  }
  return parts;
}

std::optional<Decimal> decimalOf(const Conversion& conversion, uint32_t primitive) {
  if (primitive == 0 || conversion.record(primitive).kind != model::JsonKind::Number) return std::nullopt;
  auto decimal = Decimal::parse(conversion.tree.value(conversion.record(primitive)));
  return decimal.ok() ? std::optional(*decimal) : std::nullopt;
}

NumberValue keysOf(const Bounds& bounds) {
  return {bounds.low ? bounds.low->orderKey() : lowestKey(), bounds.high ? bounds.high->orderKey() : highestKey()};
}

// A resource repeats few units, and a thread sees few in all: each is parsed once.
const UcumUnit* ucumUnit(std::string_view code) {
  constexpr size_t kMost = 1000;
  thread_local std::unordered_map<std::string, std::optional<UcumUnit>> known;
  thread_local std::string key;
  key = code;
  auto found = known.find(key);
  if (found == known.end()) {
    if (known.size() >= kMost) known.clear();
    auto unit = UcumUnit::parse(code);
    found = known.emplace(key, unit.ok() ? std::optional(std::move(*unit)) : std::nullopt).first;
  }
  return found->second ? &*found->second : nullptr;
}

void setCanonical(const Bounds& bounds, QuantityValue& out) {
  if (out.system != kUcum || out.code.size() > UcumUnit::kMaxLength) return;
  const UcumUnit* unit = ucumUnit(out.code);
  if (unit == nullptr) return;
  Bounds canonical;
  if (bounds.low && !(canonical.low = unit->toCanonical(*bounds.low))) return;
  if (bounds.high && !(canonical.high = unit->toCanonical(*bounds.high))) return;
  // pH falls when the concentration rises.
  const bool falls = canonical.low && canonical.high && *canonical.high < *canonical.low;
  if (falls) std::swap(canonical.low, canonical.high);
  out.canonical_unit = unit->canonicalUnit();
  out.canonical_value = keysOf(canonical);
}

void add(Conversion& conversion, const Parts& unit, const Bounds& bounds) {
  QuantityValue& out = conversion.add().quantity;
  out.system = unit.code.empty() ? std::string_view() : unit.system;
  out.code = unit.code.empty() ? unit.unit : unit.code;
  if (!unit.code.empty() && unit.unit != unit.code) out.unit = unit.unit;
  out.value = keysOf(bounds);
  setCanonical(bounds, out);
}

void addQuantity(Conversion& conversion, uint32_t node) {
  if (const QuantityValue* known = conversion.quantities.find(node)) {
    conversion.add().quantity = *known;
    return;
  }
  const Parts parts = partsOf(conversion, node);
  if (parts.value == 0) return;
  auto value = decimalOf(conversion, parts.value);
  if (!value)
    return conversion.cannotRead(node, "this quantity cannot be searched for: its value is no usable number");
  Bounds bounds{value->lowerBound(), value->upperBound()};
  // "<5" stands for everything below 5, ">5" for everything above.
  if (parts.comparator.starts_with('<')) bounds.low.reset();
  if (parts.comparator.starts_with('>')) bounds.high.reset();
  add(conversion, parts, bounds);
  conversion.quantities.keep(node, conversion.out.back().quantity);
}

void addMoney(Conversion& conversion, uint32_t node) {
  std::optional<Decimal> value;
  Parts unit;
  for (uint32_t i = conversion.record(node).first; i != 0; i = conversion.record(i).next) {
    const model::Record& child = conversion.record(i);
    if (child.element == shapes().money_value) value = decimalOf(conversion, i);
    if (child.element == shapes().money_currency) unit.code = conversion.tree.value(child);
  }
  unit.system = kCurrencies;
  if (value) add(conversion, unit, {value->lowerBound(), value->upperBound()});
}

void addRange(Conversion& conversion, uint32_t node) {
  Bounds bounds;
  Parts unit;
  for (uint32_t i = conversion.record(node).first; i != 0; i = conversion.record(i).next) {
    const model::Record& side = conversion.record(i);
    if (side.element != shapes().range_low && side.element != shapes().range_high) continue;
    const Parts parts = partsOf(conversion, i);
    auto value = decimalOf(conversion, parts.value);
    if (!value) continue;
    unit = parts;
    if (side.element == shapes().range_low) {
      bounds.low = value->lowerBound();
    } else {
      bounds.high = value->upperBound();
    }
  }
  if (bounds.low || bounds.high) add(conversion, unit, bounds);
}

// The lowest and highest of the points, in the unit of the origin: origin + factor * point.
void addSampledData(Conversion& conversion, uint32_t node) {
  Parts origin;
  std::optional<Decimal> factor = Decimal::fromInteger(1);
  std::string_view points;
  for (uint32_t i = conversion.record(node).first; i != 0; i = conversion.record(i).next) {
    const model::Record& child = conversion.record(i);
    if (child.element == shapes().sampled_origin) origin = partsOf(conversion, i);
    if (child.element == shapes().sampled_data) points = conversion.tree.value(child);
    if (child.element == shapes().sampled_factor) factor = decimalOf(conversion, i);
  }
  const auto zero = decimalOf(conversion, origin.value);
  if (!zero || !factor) return;
  std::optional<Decimal> low, high;
  for (std::string_view point : base::split(points, ' ')) {
    auto value = Decimal::parse(point);  // E, L and U are no numbers
    if (!value.ok()) continue;
    auto scaled = value->multiply(*factor);
    auto moved = scaled.ok() ? scaled->add(*zero) : scaled;
    if (!moved.ok()) continue;
    if (!low || *moved < *low) low = *moved;
    if (!high || *moved > *high) high = *moved;
  }
  if (low) add(conversion, origin, {low->lowerBound(), high->upperBound()});
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
