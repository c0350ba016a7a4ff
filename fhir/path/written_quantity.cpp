#include "fhir/path/written_quantity.h"

namespace fhir::path {
namespace {

constexpr base::Name kValue("value"), kUnit("unit"), kCode("code"), kSystem("system"), kComparator("comparator");

struct Written {
  base::Decimal value;
  bool has_value = false;
  bool bound = false;  // has a comparator
  std::string_view unit, code, system;
};

Scalar child(Evaluator& evaluator, const Item& item, const base::Name& name) {
  Items found(evaluator.pool);
  evaluator.childrenNamed(item, name, found);
  return found.empty() ? Scalar{} : found[0].navigator().scalar(found[0].node());
}

std::optional<Written> read(Evaluator& evaluator, const Item& item) {
  Written out;
  if (item.kind() == ItemKind::Quantity) {
    out.value = item.quantity().value;
    out.has_value = true;
    out.unit = item.quantity().unit;
    return out;
  }
  if (!isWrittenQuantity(item)) return std::nullopt;
  auto value = base::Decimal::parse(child(evaluator, item, kValue).text());
  if (value) out.value = *value;
  out.has_value = value.ok();
  out.bound = child(evaluator, item, kComparator).kind != ScalarKind::None;
  out.unit = child(evaluator, item, kUnit).text();
  out.code = child(evaluator, item, kCode).text();
  out.system = child(evaluator, item, kSystem).text();
  if (out.unit.empty()) out.unit = out.code;
  return out;
}

bool sameUnit(const Written& a, const Written& b) {
  bool coded = !a.code.empty() && !b.code.empty() && a.system == b.system;
  return coded ? a.code == b.code : a.unit == b.unit;
}

}  // namespace

bool isWrittenQuantity(const Item& value) {
  return value.isNode() && isQuantityType(value.navigator().type(value.node()));
}

std::optional<WrittenOrder> compareWritten(Evaluator& evaluator, const Item& left, const Item& right) {
  if (!isWrittenQuantity(left) && !isWrittenQuantity(right)) return std::nullopt;
  auto a = read(evaluator, left), b = read(evaluator, right);
  if (!a || !b) return std::nullopt;
  WrittenOrder order;
  order.known = a->has_value && b->has_value && !a->bound && !b->bound && sameUnit(*a, *b);
  if (order.known) order.sign = a->value < b->value ? -1 : a->value > b->value ? 1 : 0;
  return order;
}

}  // namespace fhir::path
