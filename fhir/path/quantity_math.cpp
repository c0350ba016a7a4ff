#include "fhir/path/quantity_math.h"

namespace fhir::path {

std::optional<int> compareQuantity(const Quantity& left, const Quantity& right) {
  if (left.unit != right.unit || left.calendar != right.calendar) return std::nullopt;
  auto order = left.value <=> right.value;
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

bool equivalentQuantity(const Quantity& left, const Quantity& right) {
  auto order = compareQuantity(left, right);
  return order && *order == 0;
}

std::optional<Quantity> quantityArithmetic(Operator op, const Quantity& left, const Quantity& right, base::Arena&) {
  Quantity result = left;
  auto take = [&](base::Result<base::Decimal> value) -> std::optional<Quantity> {
    if (!value) return std::nullopt;
    result.value = *value;
    return result;
  };
  bool same = left.unit == right.unit && left.calendar == right.calendar;
  if (op == Operator::Add && same) return take(left.value.add(right.value));
  if (op == Operator::Subtract && same) return take(left.value.subtract(right.value));
  if (op == Operator::Multiply && right.unit == "1") return take(left.value.multiply(right.value));
  if (op == Operator::Divide && right.unit == "1") return take(left.value.divide(right.value));
  return std::nullopt;
}

uint64_t hashQuantity(const Quantity&) { return 4; }

}  // namespace fhir::path
