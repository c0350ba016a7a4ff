// aggregate(), sum(), min(), max(), avg() (N1 7, trial use).

#include "fhir/path/functions/functions.h"
#include "fhir/path/operators.h"

namespace fhir::path::functions {
namespace {

bool sameKinds(Call& call) {
  if (call.input.empty()) return true;
  ItemKind kind = call.evaluator.value(call.input[0]).kind();
  for (const Item& item : call.input) {
    ItemKind other = call.evaluator.value(item).kind();
    if (other != kind && !(isNumber(kind) && isNumber(other))) return call.fail("the items are of different types");
  }
  return true;
}

// The total of a collection that is not empty; nothing on overflow or when units do not fit.
bool total(Call& call, Items& out) {
  Items sum(call.evaluator.pool), next(call.evaluator.pool);
  sum.push(call.evaluator.value(call.input[0]));
  ItemKind kind = sum[0].kind();
  if (!isNumber(kind) && kind != ItemKind::Quantity) return call.fail("only numbers and quantities can be added up");
  for (const Item& item : call.input.subspan(1)) {
    next.clear();
    if (!arithmetic(call.evaluator, Operator::Add, sum[0], item, call.offset(), next)) return false;
    if (next.empty()) return true;
    sum.clear();
    sum.append(next);
  }
  out.append(sum);
  return true;
}

bool extreme(Call& call, Order wanted, Items& out) {
  if (call.input.empty()) return true;
  if (!sameKinds(call)) return false;
  Item best = call.input[0];
  for (const Item& item : call.input.subspan(1)) {
    Order order = compare(call.evaluator, item, best);
    if (order == Order::Mismatch) return call.fail("values of these types cannot be compared");
    if (order == Order::Empty) return true;
    if (order == wanted) best = item;
  }
  out.push(best);
  return true;
}

}  // namespace

bool aggregate(Call& call, Items& out) {
  Items total(call.evaluator.pool), next(call.evaluator.pool);
  if (call.count() > 1 && !call.argument(1, total)) return false;
  for (size_t i = 0; i < call.input.size(); ++i) {
    next.clear();
    if (!call.argumentOver(0, call.input[i], i, next, &total)) return false;
    total.clear();
    total.append(next);
  }
  out.append(total);
  return true;
}

bool sum(Call& call, Items& out) { return call.input.empty() || (sameKinds(call) && total(call, out)); }

bool avg(Call& call, Items& out) {
  if (call.input.empty()) return true;
  Items sum(call.evaluator.pool);
  if (!sameKinds(call) || !total(call, sum)) return false;
  if (sum.empty()) return true;
  Item count = Item::integer(static_cast<int64_t>(call.input.size()));
  return arithmetic(call.evaluator, Operator::Divide, sum[0], count, call.offset(), out);
}

bool min(Call& call, Items& out) { return extreme(call, Order::Less, out); }
bool max(Call& call, Items& out) { return extreme(call, Order::Greater, out); }

}  // namespace fhir::path::functions
