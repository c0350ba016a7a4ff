// Number (R4 3.1.1.4.6): the bounds of the precision with which a number is written.

#include "fhir/base/decimal.h"
#include "fhir/index/conversion.h"

namespace fhir::index {

namespace {
constexpr size_t kKeySize = 20;  // of Decimal::orderKey
}

std::string lowestKey() { return std::string(kKeySize, '\0'); }
std::string highestKey() { return std::string(kKeySize, '\xff'); }

std::optional<NumberValue> numberOf(const model::Document::Tree& tree, uint32_t primitive) {
  const model::Record& record = tree.records[primitive];
  if (record.kind != model::JsonKind::Number) return std::nullopt;
  auto decimal = base::Decimal::parse(tree.value(record));
  if (!decimal.ok()) return std::nullopt;
  return NumberValue{decimal->lowerBound().orderKey(), decimal->upperBound().orderKey()};
}

void addNumbers(Conversion& conversion, uint32_t node) {
  const model::Record& record = conversion.record(node);
  if (shapes().shape(record) == Shape::Number) {
    auto number = numberOf(conversion.tree, node);
    if (!number) return conversion.cannotRead(node, "this number cannot be searched for: it has too many digits");
    conversion.add().number = std::move(*number);
    return;
  }
  if (shapes().shape(record) != Shape::Range) return;
  NumberValue bounds{lowestKey(), highestKey()};
  bool found = false;
  for (uint32_t i = record.first; i != 0; i = conversion.record(i).next) {
    const model::Record& side = conversion.record(i);
    for (uint32_t j = side.first; j != 0; j = conversion.record(j).next) {
      if (conversion.record(j).element != shapes().quantity_value) continue;
      auto number = numberOf(conversion.tree, j);
      if (!number) continue;
      found = true;
      if (side.element == shapes().range_low) bounds.low = number->low;
      if (side.element == shapes().range_high) bounds.high = number->high;
    }
  }
  if (found) conversion.add().number = std::move(bounds);
}

}  // namespace fhir::index
