#include "fhir/path/operators.h"

#include <algorithm>

#include "fhir/path/code_equivalence.h"
#include "fhir/path/item_set.h"
#include "fhir/path/quantity_math.h"
#include "fhir/path/strings.h"
#include "fhir/path/temporal_math.h"
#include "fhir/path/written_quantity.h"

namespace fhir::path {
namespace {

constexpr int kMaxTreeDepth = 128;

// The number itself, or `storage` with what a whole number is.
const base::Decimal& decimalOf(const Item& number, base::Decimal& storage) {
  if (number.kind() == ItemKind::Decimal) return number.decimal();
  storage = base::Decimal::fromInteger(number.integer());
  return storage;
}

Truth truthOf(bool value) { return value ? Truth::True : Truth::False; }

bool bothDates(ItemKind a, ItemKind b) {
  auto date = [](ItemKind kind) { return kind == ItemKind::Date || kind == ItemKind::DateTime; };
  return (date(a) && date(b)) || (a == ItemKind::Time && b == ItemKind::Time);
}

// Number or Quantity as Quantity: a number has the unit 1.
bool asQuantity(const Item& value, Quantity& out) {
  if (value.kind() == ItemKind::Quantity) {
    out = value.quantity();
    return true;
  }
  out.unit = "1";
  out.calendar = false;
  return asDecimal(value, out.value);
}

// A child compared by its name and its content.
bool sameNode(const Item& a, const Item& b) {
  return a.isNode() && b.isNode() && a.node() == b.node() && &a.navigator() == &b.navigator();
}

Truth equalAt(Evaluator& evaluator, const Item& left, const Item& right, int depth);
Truth equalComputed(Evaluator& evaluator, const Item& a, const Item& b, int depth);

std::string_view nameOf(const Item& child) { return child.navigator().name(child.node()); }

// The order in which members are written means nothing; that of the items of one name does.
void inOrderOfNames(Items& a, Items& b) {
  size_t i = 0;
  while (i < a.size() && nameOf(a[i]) == nameOf(b[i])) ++i;
  if (i == a.size()) return;
  auto byName = [](const Item& x, const Item& y) { return nameOf(x) < nameOf(y); };
  std::stable_sort(a.begin(), a.end(), byName);
  std::stable_sort(b.begin(), b.end(), byName);
}

// How many children an object has, and the first.
struct Brief final : NodeSink {
  explicit Brief(const Item& object) : navigator(&object.navigator()) { navigator->all(object.node(), *this); }
  void add(Node node) override {
    if (count++ == 0) first = node;
  }
  Item firstItem() const { return Item::node(first, navigator); }

  const Navigator* navigator;
  Node first;
  size_t count = 0;
};

// Most objects that are not equal differ in what is cheap to see. Children of one name keep their order, so the first
// ones belong to each other when they have one name. Only leaves are looked at: objects would be compared twice at
// every depth.
bool differAtFirstSight(Evaluator& evaluator, const Item& left, const Item& right, int depth) {
  const Brief a(left), b(right);
  if (a.count != b.count) return true;
  if (a.count == 0 || a.navigator->name(a.first) != b.navigator->name(b.first)) return false;
  const bool leaves =
      a.navigator->scalar(a.first).kind != ScalarKind::None && b.navigator->scalar(b.first).kind != ScalarKind::None;
  return leaves && equalAt(evaluator, a.firstItem(), b.firstItem(), depth + 1) == Truth::False;
}

Truth equalObjects(Evaluator& evaluator, const Item& left, const Item& right, int depth) {
  if (depth > kMaxTreeDepth || differAtFirstSight(evaluator, left, right, depth)) return Truth::False;
  Items a(evaluator.pool), b(evaluator.pool);
  evaluator.children(left, a);
  evaluator.children(right, b);
  if (a.size() != b.size()) return Truth::False;
  inOrderOfNames(a, b);
  Truth result = Truth::True;
  for (size_t i = 0; i < a.size(); ++i) {
    if (nameOf(a[i]) != nameOf(b[i])) return Truth::False;
    Truth child = equalAt(evaluator, a[i], b[i], depth + 1);
    if (child == Truth::False) return child;
    if (child == Truth::Empty) result = child;
  }
  return result;
}

Truth equalWritten(Evaluator& evaluator, const Item& a, const Item& b) {
  auto order = compareWritten(evaluator, a, b);
  return !order ? Truth::False : order->known ? truthOf(order->sign == 0) : Truth::Empty;
}

Truth equalAt(Evaluator& evaluator, const Item& left, const Item& right, int depth) {
  if (sameNode(left, right)) return Truth::True;
  const Item a = evaluator.value(left), b = evaluator.value(right);
  const bool elements = left.isNode() && right.isNode() && a.isNode() != b.isNode();
  if (elements && (isWrittenQuantity(a) || isWrittenQuantity(b))) return equalWritten(evaluator, a, b);
  return equalComputed(evaluator, a, b, depth);
}

Truth equalComputed(Evaluator& evaluator, const Item& a, const Item& b, int depth) {
  if (a.isNode() && b.isNode()) {
    Truth same = equalObjects(evaluator, a, b, depth);
    return same == Truth::False && isWrittenQuantity(a) && isWrittenQuantity(b) ? equalWritten(evaluator, a, b)
                                                                                : same;
  }
  ItemKind x = a.kind(), y = b.kind();
  if (x == ItemKind::String && y == ItemKind::String) return truthOf(a.string() == b.string());
  if (x == ItemKind::Boolean && y == ItemKind::Boolean) return truthOf(a.boolean() == b.boolean());
  if (x == ItemKind::Integer && y == ItemKind::Integer) return truthOf(a.integer() == b.integer());
  if (x == ItemKind::Type && y == ItemKind::Type) {
    return truthOf(a.type().space == b.type().space && a.type().name == b.type().name);
  }
  if (bothDates(x, y)) {
    auto order = compareTemporal(a.temporal(), b.temporal());
    return order ? truthOf(*order == 0) : Truth::Empty;
  }
  if (isNumber(x) && isNumber(y)) {
    base::Decimal whole[2];
    const base::Decimal &p = decimalOf(a, whole[0]), &q = decimalOf(b, whole[1]);
    return truthOf(p == q);
  }
  Quantity p, q;
  if (asQuantity(a, p) && asQuantity(b, q)) {
    auto order = compareQuantity(p, q);
    return order ? truthOf(*order == 0) : Truth::Empty;
  }
  if (evaluator.withoutValue(a) || evaluator.withoutValue(b)) return Truth::Empty;
  return Truth::False;
}

bool equivalentAt(Evaluator& evaluator, const Item& left, const Item& right, int depth);

// Any order of children (N1 6.1.2).
bool equivalentObjects(Evaluator& evaluator, const Item& left, const Item& right, int depth) {
  if (depth > kMaxTreeDepth) return false;
  if (auto codes = equivalentCodes(evaluator, left, right)) return *codes;
  Items a(evaluator.pool), b(evaluator.pool);
  childrenForEquivalence(evaluator, left, a);
  childrenForEquivalence(evaluator, right, b);
  if (a.size() != b.size()) return false;
  std::vector<bool> taken(b.size(), false);
  for (const Item& child : a) {
    bool found = false;
    for (size_t i = 0; i < b.size() && !found; ++i) {
      if (taken[i] || child.navigator().name(child.node()) != b[i].navigator().name(b[i].node())) continue;
      if (!evaluator.spend(1, 0)) return false;
      if (equivalentAt(evaluator, child, b[i], depth + 1)) found = taken[i] = true;
    }
    if (!found) return false;
  }
  return true;
}

bool equivalentAt(Evaluator& evaluator, const Item& left, const Item& right, int depth) {
  if (sameNode(left, right)) return true;
  Item a = evaluator.value(left), b = evaluator.value(right);
  if (a.isNode() && b.isNode()) {
    return equivalentObjects(evaluator, a, b, depth) || equalWritten(evaluator, a, b) == Truth::True;
  }
  ItemKind x = a.kind(), y = b.kind();
  if (x == ItemKind::String && y == ItemKind::String) {
    return equivalentTexts(a.string(), b.string());
  }
  if (x == ItemKind::Boolean && y == ItemKind::Boolean) return a.boolean() == b.boolean();
  if (x == ItemKind::Type && y == ItemKind::Type) return equalAt(evaluator, a, b, depth) == Truth::True;
  if (bothDates(x, y)) return compareTemporal(a.temporal(), b.temporal()) == 0;
  if (isNumber(x) && isNumber(y)) {
    base::Decimal whole[2];
    const base::Decimal &p = decimalOf(a, whole[0]), &q = decimalOf(b, whole[1]);
    return equivalentDecimal(p, q);
  }
  Quantity p, q;
  return asQuantity(a, p) && asQuantity(b, q) && equivalentQuantity(p, q).value_or(false);
}

bool pushDecimal(Evaluator& evaluator, const base::Result<base::Decimal>& result, Items& out) {
  // N1 6.6: overflow and division by zero are empty.
  if (result) out.push(Item::decimal(evaluator.arena().make<base::Decimal>(*result)));
  return true;
}

bool pushInteger(__int128 value, Items& out) {
  if (value >= INT32_MIN && value <= INT32_MAX) out.push(Item::integer(static_cast<int64_t>(value)));
  return true;
}

// Of two Integers an Integer; a Long makes it a Long.
bool wholeArithmetic(Operator op, const Item& left, const Item& right, Items& out) {
  const __int128 a = left.integer(), b = right.integer();
  __int128 value = 0;
  switch (op) {
    case Operator::Add: value = a + b; break;
    case Operator::Subtract: value = a - b; break;
    case Operator::Multiply: value = a * b; break;
    case Operator::Div:
    case Operator::Mod:
      if (b == 0) return true;
      value = op == Operator::Div ? a / b : a % b;
      break;
    default: return true;
  }
  if (left.kind() == ItemKind::Integer && right.kind() == ItemKind::Integer) return pushInteger(value, out);
  if (value >= INT64_MIN && value <= INT64_MAX) out.push(Item::longInteger(static_cast<int64_t>(value)));
  return true;
}

bool decimalArithmetic(Evaluator& evaluator, Operator op, const base::Decimal& a, const base::Decimal& b,
                       Items& out) {
  switch (op) {
    case Operator::Add: return pushDecimal(evaluator, a.add(b), out);
    case Operator::Subtract: return pushDecimal(evaluator, a.subtract(b), out);
    case Operator::Multiply: return pushDecimal(evaluator, a.multiply(b), out);
    case Operator::Divide: return pushDecimal(evaluator, a.divide(b), out);
    case Operator::Mod: return pushDecimal(evaluator, a.modulo(b), out);
    case Operator::Div: {
      auto whole = a.integerDivide(b);
      auto integer = whole ? whole->toInteger() : base::Result<int64_t>(whole.error());
      return !integer || pushInteger(*integer, out);
    }
    default: return true;
  }
}

bool temporalArithmetic(Evaluator& evaluator, Operator op, const Item& left, const Item& right, uint32_t offset,
                        Items& out) {
  if (!unitFits(left.kind(), right.quantity())) {
    return evaluator.fail(offset, "only a quantity of time that fits can be added to a date or a time");
  }
  auto moved = addDuration(left.temporal(), right.quantity(), op == Operator::Subtract);
  if (moved) out.push(Item::temporal(left.kind(), evaluator.arena().make<base::Temporal>(*moved)));
  return true;
}

}  // namespace

bool asDecimal(const Item& value, base::Decimal& out) {
  if (isWhole(value.kind())) {
    out = base::Decimal::fromInteger(value.integer());
    return true;
  }
  if (value.kind() != ItemKind::Decimal) return false;
  out = value.decimal();
  return true;
}

Truth equal(Evaluator& evaluator, const Item& left, const Item& right) { return equalAt(evaluator, left, right, 0); }

Truth equalValues(Evaluator& evaluator, const Item& left, const Item& right) {
  return sameNode(left, right) ? Truth::True : equalComputed(evaluator, left, right, 0);
}

Truth equal(Evaluator& evaluator, std::span<const Item> left, std::span<const Item> right) {
  if (left.empty() || right.empty()) return Truth::Empty;
  if (left.size() != right.size()) return Truth::False;
  Truth result = Truth::True;
  for (size_t i = 0; i < left.size(); ++i) {
    Truth one = equal(evaluator, left[i], right[i]);
    if (one == Truth::False) return one;
    if (one == Truth::Empty) result = one;
  }
  return result;
}

bool equivalent(Evaluator& evaluator, const Item& left, const Item& right) {
  return equivalentAt(evaluator, left, right, 0);
}

Order compare(Evaluator& evaluator, const Item& left, const Item& right) {
  Item a = evaluator.value(left), b = evaluator.value(right);
  auto order = [](int sign) { return sign < 0 ? Order::Less : sign > 0 ? Order::Greater : Order::Equal; };
  if (a.kind() == ItemKind::String && b.kind() == ItemKind::String) return order(a.string().compare(b.string()));
  if (bothDates(a.kind(), b.kind())) {
    auto sign = compareTemporal(a.temporal(), b.temporal());
    return sign ? order(*sign) : Order::Empty;
  }
  if (isNumber(a.kind()) && isNumber(b.kind())) {
    base::Decimal whole[2];
    const base::Decimal &p = decimalOf(a, whole[0]), &q = decimalOf(b, whole[1]);
    return order(p < q ? -1 : p > q ? 1 : 0);
  }
  if (evaluator.withoutValue(a) || evaluator.withoutValue(b)) return Order::Empty;
  auto written = left.isNode() && right.isNode() ? compareWritten(evaluator, a, b) : std::nullopt;
  if (written) return written->known ? order(written->sign) : Order::Empty;
  Quantity p, q;
  if (!asQuantity(a, p) || !asQuantity(b, q)) return Order::Mismatch;
  auto sign = compareQuantity(p, q);
  return sign ? order(*sign) : Order::Empty;
}

bool arithmetic(Evaluator& evaluator, Operator op, const Item& left, const Item& right, uint32_t offset, Items& out) {
  Item a = evaluator.value(left), b = evaluator.value(right);
  ItemKind x = a.kind(), y = b.kind();
  if (isWhole(x) && isWhole(y) && op != Operator::Divide) return wholeArithmetic(op, a, b, out);
  if (isNumber(x) && isNumber(y)) {
    base::Decimal whole[2];
    const base::Decimal &p = decimalOf(a, whole[0]), &q = decimalOf(b, whole[1]);
    return decimalArithmetic(evaluator, op, p, q, out);
  }
  bool add = op == Operator::Add, subtract = op == Operator::Subtract;
  if (add && x == ItemKind::String && y == ItemKind::String) {
    out.push(Item::string(concatenate(evaluator.arena(), a.string(), b.string())));
    return true;
  }
  if ((add || subtract) && isTemporal(x) && y == ItemKind::Quantity) {
    return temporalArithmetic(evaluator, op, a, b, offset, out);
  }
  Quantity p, q;
  bool quantities = (x == ItemKind::Quantity || y == ItemKind::Quantity) && asQuantity(a, p) && asQuantity(b, q);
  if (quantities && op != Operator::Div && op != Operator::Mod) {
    auto result = quantityArithmetic(op, p, q, evaluator.arena());
    if (result) out.push(Item::quantity(evaluator.arena().make<Quantity>(*result)));
    return true;
  }
  if (evaluator.withoutValue(a) || evaluator.withoutValue(b)) return true;
  return evaluator.fail(offset, "the operator does not work on these types");
}

namespace {

bool isOrder(Operator op) { return op >= Operator::Less && op <= Operator::GreaterOrEqual; }
bool isLogic(Operator op) { return op >= Operator::And; }

bool pushTruth(Truth truth, Items& out) {
  if (truth != Truth::Empty) out.push(Item::boolean(truth == Truth::True));
  return true;
}

bool pushOrder(Evaluator& evaluator, Operator op, Order order, uint32_t offset, Items& out) {
  if (order == Order::Mismatch) return evaluator.fail(offset, "values of these types cannot be compared");
  if (order == Order::Empty) return true;
  bool holds = op == Operator::Less          ? order == Order::Less
               : op == Operator::LessOrEqual ? order != Order::Greater
               : op == Operator::Greater     ? order == Order::Greater
                                             : order != Order::Less;
  out.push(Item::boolean(holds));
  return true;
}

bool concatenation(Evaluator& evaluator, std::span<const Item> left, std::span<const Item> right, uint32_t offset,
                   Items& out) {
  std::string_view texts[2];
  const std::span<const Item> sides[2] = {left, right};
  for (int i = 0; i < 2; ++i) {
    if (sides[i].empty()) continue;
    if (sides[i].size() > 1) return evaluator.fail(offset, "'&' needs single strings");
    Item item = evaluator.value(sides[i][0]);
    if (evaluator.withoutValue(item)) continue;
    if (item.kind() != ItemKind::String) return evaluator.fail(offset, "'&' needs strings");
    texts[i] = item.string();
  }
  out.push(Item::string(concatenate(evaluator.arena(), texts[0], texts[1])));
  return true;
}

// `in` (and `contains` with the sides changed).
bool membership(Evaluator& evaluator, std::span<const Item> item, std::span<const Item> list, uint32_t offset,
                Items& out) {
  if (item.empty()) return true;
  if (item.size() > 1) return evaluator.fail(offset, "'in' and 'contains' need a single item");
  if (!evaluator.spend(list.size(), offset)) return false;
  bool found = std::any_of(list.begin(), list.end(),
                           [&](const Item& other) { return equal(evaluator, item[0], other) == Truth::True; });
  out.push(Item::boolean(found));
  return true;
}

bool binary(Evaluator& evaluator, Operator op, std::span<const Item> left, std::span<const Item> right,
            uint32_t offset, Items& out) {
  switch (op) {
    case Operator::Equal:
    case Operator::NotEqual: {
      Truth truth = equal(evaluator, left, right);
      if (op == Operator::NotEqual && truth != Truth::Empty) truth = truthOf(truth == Truth::False);
      return pushTruth(truth, out);
    }
    case Operator::Equivalent:
    case Operator::NotEquivalent: {
      const bool same = equivalent(evaluator, left, right);
      if (evaluator.failed()) return evaluator.fail(offset, evaluator.error.what, evaluator.error.why);
      out.push(Item::boolean(same == (op == Operator::Equivalent)));
      return true;
    }
    case Operator::Union: return unite(evaluator, left, right, offset, out);
    case Operator::Concatenate: return concatenation(evaluator, left, right, offset, out);
    case Operator::In: return membership(evaluator, left, right, offset, out);
    case Operator::Contains: return membership(evaluator, right, left, offset, out);
    default: break;
  }
  if (left.empty() || right.empty()) return true;
  if (left.size() > 1 || right.size() > 1) return evaluator.fail(offset, "the operator needs single items");
  if (isOrder(op)) return pushOrder(evaluator, op, compare(evaluator, left[0], right[0]), offset, out);
  return arithmetic(evaluator, op, left[0], right[0], offset, out);
}

}  // namespace

bool Evaluator::operation(Operator op, std::span<const Item> left, uint32_t right_at, const Frame& frame,
                          uint32_t offset, Items& out) {
  size_t before = out.size();
  if (!runOperation(op, left, right_at, frame, offset, out)) return false;
  if (evaluation.steps) tellOperator(offset, frame, out, before);
  return true;
}

bool Evaluator::runOperation(Operator op, std::span<const Item> left, uint32_t right_at, const Frame& frame,
                             uint32_t offset, Items& out) {
  if (isLogic(op)) {
    Truth a, b;
    return truth(left, offset, a) && logic(op, a, right_at, frame, offset, b) && pushTruth(b, out);
  }
  Items storage(pool);
  std::span<const Item> right;
  return evaluateOperand(right_at, frame, storage, right) && binary(*this, op, left, right, offset, out);
}

// Left to right; the last result goes straight to where it is wanted.
bool Evaluator::operators(const Instruction& instruction, const Frame& frame, Items& out) {
  const uint32_t* operand = &program.operands[instruction.first_operand];
  const uint32_t* last = operand + instruction.operand_count - 3;
  Items first(pool), second(pool);
  std::span<const Item> left;
  if (!evaluateOperand(*operand++, frame, first, left)) return false;
  Items* result = &second;
  Items* spare = &first;
  for (; operand < last; operand += 3) {
    result->clear();
    if (!operation(static_cast<Operator>(operand[0]), left, operand[2], frame, operand[1], *result)) return false;
    left = *result;
    std::swap(result, spare);
  }
  return operation(static_cast<Operator>(operand[0]), left, operand[2], frame, operand[1], out);
}

}  // namespace fhir::path
