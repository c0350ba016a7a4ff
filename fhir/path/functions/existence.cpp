#include <algorithm>

#include "fhir/path/functions/functions.h"
#include "fhir/path/item_set.h"
#include "fhir/path/operators.h"

namespace fhir::path::functions {
namespace {

bool push(Items& out, bool value) {
  out.push(Item::boolean(value));
  return true;
}

// Whether every item is (or some item is) the Boolean `wanted`.
bool booleans(Call& call, Items& out, bool wanted, bool every) {
  bool result = every;
  for (const Item& item : call.input) {
    Item value = call.evaluator.value(item);
    if (value.kind() != ItemKind::Boolean) return call.fail("the function works on Booleans only");
    if ((value.boolean() == wanted) != every) result = !every;
  }
  return push(out, result);
}

bool isSubset(Call& call, std::span<const Item> small, std::span<const Item> large, Items& out) {
  if (!call.evaluator.spend(small.size() + large.size(), call.offset())) return false;
  ItemSet set(call.evaluator, large.size());
  for (const Item& item : large) set.insert(item);
  return push(out, std::all_of(small.begin(), small.end(), [&](const Item& item) { return set.contains(item); }));
}

}  // namespace

bool empty(Call& call, Items& out) { return push(out, call.input.empty()); }

bool exists(Call& call, Items& out) {
  if (call.count() == 0) return push(out, !call.input.empty());
  for (size_t i = 0; i < call.input.size(); ++i) {
    Truth truth;
    if (!call.truthOver(0, call.input[i], i, truth)) return false;
    if (truth == Truth::True) return push(out, true);
  }
  return push(out, false);
}

bool all(Call& call, Items& out) {
  for (size_t i = 0; i < call.input.size(); ++i) {
    Truth truth;
    if (!call.truthOver(0, call.input[i], i, truth)) return false;
    if (truth != Truth::True) return push(out, false);
  }
  return push(out, true);
}

bool allTrue(Call& call, Items& out) { return booleans(call, out, true, true); }
bool anyTrue(Call& call, Items& out) { return booleans(call, out, true, false); }
bool allFalse(Call& call, Items& out) { return booleans(call, out, false, true); }
bool anyFalse(Call& call, Items& out) { return booleans(call, out, false, false); }

bool subsetOf(Call& call, Items& out) {
  Items other(call.evaluator.pool);
  return call.argument(0, other) && isSubset(call, call.input, other, out);
}

bool supersetOf(Call& call, Items& out) {
  Items other(call.evaluator.pool);
  return call.argument(0, other) && isSubset(call, other, call.input, out);
}

bool count(Call& call, Items& out) {
  out.push(Item::integer(static_cast<int64_t>(call.input.size())));
  return true;
}

bool distinct(Call& call, Items& out) { return unite(call.evaluator, call.input, {}, call.offset(), out); }

bool isDistinct(Call& call, Items& out) {
  ItemSet set(call.evaluator, call.input.size());
  return push(out,
              std::all_of(call.input.begin(), call.input.end(), [&](const Item& item) { return set.insert(item); }));
}

}  // namespace fhir::path::functions
